import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { App } from 'pulse-app';
import { RailwayPlugin, RailwaySessionStore } from 'pulse-railway';

const version = process.env.PULSE_DEPLOYMENT_ID ?? 'this machine';
const built = fileURLToPath(new URL('dist', import.meta.url));
let scripts: readonly string[] = [];

const site = express();
// Named by their content; those of one version are on no other.
site.use('/assets', express.static(built, { immutable: true, maxAge: '1y' }));
site.get('/', (_request, response) => {
	response.set('cache-control', 'no-store').send(page());
});

export const app = new App({
	listener: site,
	plugins: [new RailwayPlugin({ deploymentName: 'editor' })],
	// What is saved outlives the version that saved it.
	sessionStore: new RailwaySessionStore({ fallback: 'memory' }),
	channels: {
		drawing: (channel) => {
			const { session } = channel.render;
			// Of this page alone, and not saved.
			let draft: unknown = null;
			channel.on('read', async () => ({ saved: (await session.get('drawing')) ?? [], draft }));
			channel.on('draft', (drawing) => {
				draft = drawing;
			});
			channel.on('save', async (drawing) => {
				const before = draft;
				await session.set('drawing', drawing);
				// Not what was drawn meanwhile.
				if (draft === before) draft = null;
			});
			// Who goes on to the next version before it is saved takes it along.
			channel.onDrain(() => draft);
			channel.onResume((drawing) => {
				draft = drawing;
			});
		},
	},
	// Not before: a deploy loads this file where nothing is built.
	onStart: async () => {
		scripts = (await readdir(built)).filter((name) => name.endsWith('.js'));
	},
});

/** What a script imports, now or when it is asked for, comes from its own version, although it names none. */
const importMap = () => {
	const addresses = scripts.map((name) => `/assets/${name}`);
	const imports = Object.fromEntries(addresses.map((address) => [address, app.client.url(address)]));
	return JSON.stringify({ imports }).replaceAll('<', '\\u003c');
};

const page = () => /* HTML */ `<!doctype html>
<html lang="en">
<head>
	<meta charset="utf-8">
	<meta name="viewport" content="width=device-width, initial-scale=1">
	<title>Editor</title>
	<link rel="icon" href="data:,">
	${app.client.head}
	<script type="importmap">${importMap()}</script>
	<script type="module" src="${app.client.url(`/assets/${scripts.find((name) => name.startsWith('main-'))}`)}"></script>
	<style>
		body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
		svg { display: block; width: 100%; border: 1px solid; touch-action: none; margin-bottom: 1rem }
		polyline { fill: none; stroke: currentColor; stroke-width: 3; stroke-linecap: round }
		button { font: inherit; padding: .4rem 1rem; margin-right: .5rem }
	</style>
</head>
<body>
	<h1>Editor</h1>
	<p>Version <b>${version}</b></p>
	<main id="root"></main>
</body>
</html>`;
