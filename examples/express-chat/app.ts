import express from 'express';
import { App } from 'pulse-app';
import { RailwayPlugin } from 'pulse-railway';
import { Server } from 'socket.io';

const version = process.env.PULSE_DEPLOYMENT_ID ?? 'this machine';

/** In the memory of this version: two versions are two rooms, until the tabs of the older one have moved. */
const said: { readonly who: string; readonly text: string }[] = [];

const site = express();
site.get('/', (_request, response) => {
	response.set('cache-control', 'no-store').send(page());
});

export const app = new App({
	listener: site,
	plugins: [new RailwayPlugin({ deploymentName: 'chat' })],
	onStart: ({ server }) => {
		// Beside that of pulse-app, at a path of its own.
		new Server(server, { path: '/chat.io/' }).on('connection', (socket) => {
			socket.emit('said', said);
			socket.on('say', (message: { readonly who: unknown; readonly text: unknown }, heard: () => void) => {
				said.push({ who: String(message.who).slice(0, 40), text: String(message.text).slice(0, 1_000) });
				if (said.length > 100) said.shift();
				socket.nsp.emit('said', said);
				heard();
			});
		});
	},
});

const page = () => /* HTML */ `<!doctype html>
<html lang="en">
<head>
	<meta charset="utf-8">
	<meta name="viewport" content="width=device-width, initial-scale=1">
	<title>Chat</title>
	<link rel="icon" href="data:,">
	${app.client.head}
	<style>
		body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
		form { display: flex; gap: .5rem }
		input { font: inherit; padding: .4rem; min-width: 0 }
		[name='text'] { flex: 1 }
	</style>
</head>
<body>
	<h1>Chat</h1>
	<p>Version <b>${version}</b>, <span role="status">connecting</span></p>
	<ul></ul>
	<form>
		<input name="who" aria-label="Name" placeholder="Name" size="10">
		<input name="text" aria-label="Message" placeholder="Message" autocomplete="off">
		<button>Send</button>
	</form>
	<script type="module">
		import { connect, hold } from '${app.client.module}';
		import { banner } from '${app.client.banner}';
		import { io } from '${app.client.url('/_pulse/client/socket.io.js')}';

		const form = document.forms[0];
		const chat = io({ path: '/chat.io/' });
		chat.on('said', (all) => {
			document.querySelector('ul').replaceChildren(...all.map(({ who, text }) => {
				const line = document.createElement('li');
				line.textContent = (who || 'somebody') + ': ' + text;
				return line;
			}));
		});
		form.onsubmit = async (event) => {
			event.preventDefault();
			// The page stays until the server has it, however long that takes without a network.
			const release = hold('message');
			await chat.emitWithAck('say', { who: form.who.value, text: form.text.value });
			form.text.value = '';
			release();
		};
		await connect({
			io,
			onUpdate: banner(),
			onStatus: (status) => { document.querySelector('[role=status]').textContent = status },
		});
	</script>
</body>
</html>`;
