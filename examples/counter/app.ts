import { createHash } from 'node:crypto';
import { App } from 'pulse-app';
import { AWSECSPlugin } from 'pulse-aws';
import { RailwayPlugin, RailwaySessionStore } from 'pulse-railway';

const deployment = process.env.PULSE_DEPLOYMENT_ID ?? process.env.PULSE_AWS_DEPLOYMENT_ID ?? 'local';
/** Shown beside the deployment, to tell versions apart. */
const label = process.env.COUNTER_LABEL ?? '';
/** The same id has the same colour everywhere. */
const hue = createHash('sha256').update(deployment).digest().readUInt16BE(0) % 360;

const app = new App({
	// The same app for both platforms: on each, the other one's plugin does nothing.
	plugins: [new AWSECSPlugin(), new RailwayPlugin({ deploymentName: 'counter' })],
	sessionStore: new RailwaySessionStore({ fallback: 'memory' }),
	// How long a closed tab may come back to its count. The demo has no minute to wait.
	sessionTimeoutSeconds: Number(process.env.COUNTER_SESSION_SECONDS ?? 60),

	channels: {
		// What a tab counts lives in this closure: in memory, on this deployment, as long as the tab does.
		tab: (channel) => {
			let count = 0;
			channel.on('read', () => ({ count, deployment }));
			channel.on('increment', () => {
				count += 1;
				return { count, deployment };
			});
		},
		// What a visitor counts lives in the user session: all tabs share it, and deployments that share a store.
		visitor: (channel) => {
			const { session } = channel.render;
			channel.on('read', async () => ({ count: Number((await session.get('count')) ?? 0), deployment }));
			channel.on('increment', async () => {
				const count = await session.update('count', (previous) => Number(previous ?? 0) + 1);
				return { count, deployment };
			});
		},
	},

	listener: (request, response) => {
		if (request.url?.split('?', 1)[0] !== '/') return response.writeHead(404).end('Not found');
		response.writeHead(200, {
			'content-type': 'text/html; charset=utf-8',
			// A page from a cache would belong to a deployment that may be gone.
			'cache-control': 'no-store',
		});
		return response.end(page());
	},
});

export default app;

const page = () => /* HTML */ `<!doctype html>
<html lang="en">
<head>
	<meta charset="utf-8">
	<meta name="viewport" content="width=device-width, initial-scale=1">
	<title>Counter · ${escapeHtml(deployment)}</title>
	<link rel="icon" href="data:,">
	${app.client.head}
	<style>
		* { box-sizing: border-box; margin: 0 }
		body {
			min-height: 100svh; display: grid; place-content: center; gap: clamp(1.5rem, 5vh, 3rem); padding: 1.5rem;
			font: 1rem/1.4 system-ui, sans-serif; text-align: center; color: hsl(${hue} 60% 97%);
			background: radial-gradient(circle at 50% 20%, hsl(${hue} 62% 42%), hsl(${hue} 70% 22%)); transition: filter .3s;
		}
		body[data-status='reloading'], body[data-status='disconnected'] { filter: saturate(.3) }
		h1 { font-size: clamp(2rem, 8vw, 5rem); line-height: 1; letter-spacing: -.03em; overflow-wrap: anywhere }
		h1 small { display: block; margin-bottom: .6em; font-size: .22em; letter-spacing: .12em; text-transform: uppercase; opacity: .75 }
		main { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem }
		button {
			padding: 1.4rem; border: 0; border-radius: 1.25rem; font: inherit; color: inherit; cursor: pointer;
			background: hsl(0 0% 100% / .14); transition: background .15s, transform .1s;
		}
		button:hover { background: hsl(0 0% 100% / .22) }
		button:active { transform: scale(.98) }
		button:focus-visible { outline: 3px solid currentColor; outline-offset: 3px }
		output { display: block; font-size: 4.5rem; font-weight: 700; line-height: 1.1; font-variant-numeric: tabular-nums }
		footer { min-height: 1.4em; opacity: .85 }
	</style>
</head>
<body data-status="connecting" data-deployment="${escapeHtml(deployment)}" data-label="${escapeHtml(label)}">
	<h1><small>${label ? escapeHtml(label) : 'served by'}</small>${escapeHtml(deployment)}</h1>
	<main>
		<button id="tab" type="button"><output aria-live="polite">–</output>in this tab</button>
		<button id="visitor" type="button"><output aria-live="polite">–</output>in this browser</button>
	</main>
	<footer role="status">connecting…</footer>
	<script type="module">
		import { connect } from '${app.client.module}';

		const words = {
			connecting: 'connecting…', connected: 'live', disconnected: 'reconnecting…',
			reloading: 'reloading…', refused: 'This page needs cookies.',
		};
		const show = (id, answer) => { document.querySelector('#' + id + ' output').value = answer.count };
		// A lost connection shows in the status line; what was counted is read again after it.
		const ignore = () => {};

		const channels = new Map();
		const readAll = () => channels.forEach((channel, id) => channel.request('read').then((a) => show(id, a), ignore));
		const pulse = await connect({
			onStatus: (status) => {
				document.body.dataset.status = status;
				document.querySelector('footer').textContent = words[status];
				if (status === 'connected') readAll();
			},
		});
		for (const id of ['tab', 'visitor']) {
			const channel = pulse.channel(id);
			channels.set(id, channel);
			document.getElementById(id).onclick = () => channel.request('increment').then((a) => show(id, a), ignore);
		}
		window.pulse = pulse;
	</script>
</body>
</html>
`;

function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
