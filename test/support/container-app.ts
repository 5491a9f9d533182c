import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';

export interface ContainerApp {
	readonly port: number;
	/** Every request of a page: what it asked for, and of which version it came. */
	readonly asked: { readonly path: string; readonly by: string }[];
	/** Ends the open sockets without a word. */
	cut(): void;
}

/**
 * One version of an app that knows nothing of any edge: Express with `ws`, a lazy chunk, a worker, a frame, forms, an event
 * stream and a download. What its page asks for says by `by` whose page it is.
 */
export async function startContainerApp(version: string): Promise<ContainerApp> {
	const asked: ContainerApp['asked'] = [];
	const app = express();
	app.use((request, _response, next) => {
		const by = new URL(request.url, 'http://x').searchParams.get('by');
		if (by !== null) asked.push({ path: request.path, by });
		next();
	});
	app.use(express.urlencoded({ extended: false }));
	const counts = new Map<string, number>();
	app.get('/', (_request, response) => response.type('html').send(page(version)));
	app.get(`/chunk-${version}.js`, (_request, response) => {
		response.type('js').send(`export default ${JSON.stringify(version)}`);
	});
	app.get('/same.js', (_request, response) => response.type('js').send(`export default ${JSON.stringify(version)}`));
	app.get('/worker.js', (request, response) => {
		response.type('js').send(`fetch('/api?by=${request.query.by}').then((r) => r.text()).then(postMessage)`);
	});
	// Its requests have no referrer, a socket has none anywhere, and a classic one must stay strict.
	app.get('/socket-worker.js', (request, response) => {
		response
			.set('referrer-policy', 'no-referrer')
			.type('js')
			.send(`/*! a worker */\n${socketWorker(request.query.by)}`);
	});
	app.get('/kept-worker.js', (request, response) => {
		response.set('referrer-policy', 'no-referrer').set('cache-control', 'max-age=600');
		response.type('js').send(`"use asm"; ${socketWorker(request.query.by)}`);
	});
	app.get('/frame', (_request, response) => {
		response.type('html').send(`<!doctype html><title>frame</title><script>
			fetch('/api?by=${version}').then((r) => r.text()).then((t) => { parent.framed = '${version} ' + t })</script>`);
	});
	app.all('/api', (request, response) => {
		response.set('x-seen', `${request.url} ${request.headers.cookie ?? ''}`).send(version);
	});
	app.post('/echo', (request, response) => response.send(`${version} ${JSON.stringify(request.body)}`));
	app.get('/redirect', (request, response) => response.redirect(`/api?by=${request.query.by}`));
	app.post('/form', (request, response) => {
		const key = String(request.query.by);
		counts.set(key, (counts.get(key) ?? 0) + 1);
		response.redirect(303, `/done?by=${key}`);
	});
	app.get('/done', (request, response) => {
		response.type('html').send(`<!doctype html><title>${version} ${counts.get(String(request.query.by))}</title>`);
	});
	app.get('/file', (_request, response) => response.attachment('file.txt').send(version));
	app.get('/events', (_request, response) => {
		response.type('text/event-stream').write(`data: ${version}\n\n`);
	});
	const server = createServer(app);
	const sockets = new WebSocketServer({ server, path: '/ws' });
	sockets.on('connection', (socket, request) => {
		const by = new URL(request.url ?? '', 'http://x').searchParams.get('by');
		if (by !== null) asked.push({ path: '/ws', by });
		let count = 0;
		socket.on('message', () => socket.send(`${version} ${++count}`));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const cut = () => {
		for (const socket of sockets.clients) socket.terminate();
	};
	onTestFinished(() => {
		cut();
		server.closeAllConnections();
		server.close();
	});
	return { port: (server.address() as AddressInfo).port, asked, cut };
}

const page = (version: string) => `<!doctype html>
<html lang="en"><head><title>${version}</title></head><body>
<script>
	const V = ${JSON.stringify(version)};
	window.V = V;
	const text = (url, init) => fetch(url, init).then((r) => r.text());
	window.ways = {
		fetch: () => text('/api?by=' + V),
		post: () => text('/api?by=' + V, { method: 'POST', body: 'x' }),
		request: () => text(new Request('/api?by=' + V, { method: 'POST', body: 'x' })),
		url: () => fetch('/api?by=' + V + '#h').then((r) => r.url.replace(location.origin, '')),
		redirect: () => text('/redirect?by=' + V),
		xhr: () => new Promise((done) => {
			const xhr = new XMLHttpRequest();
			xhr.open('GET', 'api?by=' + V);
			xhr.onload = () => done(xhr.responseText + ' ' + xhr.responseURL.replace(location.origin, ''));
			xhr.send();
		}),
		beacon: () => navigator.sendBeacon('/api?by=' + V, 'x'),
		chunk: () => import('/chunk-' + V + '.js?by=' + V).then((m) => m.default),
		same: () => import('/same.js?by=' + V).then((m) => m.default),
		worker: () => new Promise((done) => { new Worker('/worker.js?by=' + V).onmessage = (e) => done(e.data); }),
		workers: async () => {
			const url = '/socket-worker.js?by=' + V;
			const heard = (by) => new Promise((done, fail) => { by.onmessage = (e) => done(e.data); by.onerror = fail; });
			const shared = new SharedWorker(url, String(Math.random()));
			return [await heard(new Worker(url)), await heard(new Worker(url, { type: 'module' })), await heard(shared.port)].join();
		},
		events: () => new Promise((done) => {
			const source = new EventSource('/events?by=' + V);
			source.onmessage = (e) => { done(e.data + ' ' + source.url.replace(location.origin, '')); source.close(); };
		}),
		socket: () => new Promise((done) => {
			window.socket ??= new WebSocket(location.origin.replace('http', 'ws') + '/ws?by=' + V);
			window.socket.onmessage = (e) => done(e.data);
			if (socket.readyState === 1) socket.send('x'); else socket.onopen = () => socket.send('x');
		}),
		frame: () => new Promise((done) => {
			window.framed = undefined;
			const frame = document.createElement('iframe');
			frame.src = '/frame?by=' + V;
			document.body.append(frame);
			const timer = setInterval(() => { if (window.framed) { clearInterval(timer); done(window.framed); frame.remove(); } }, 20);
		}),
		classes: () => {
			class Mine extends WebSocket { mine = 1 }
			const socket = new Mine(location.origin.replace('http', 'ws') + '/ws?by=' + V);
			const kept = [socket instanceof Mine, socket instanceof WebSocket, WebSocket.OPEN, new Request('/x') instanceof Request];
			socket.onopen = () => socket.close();
			return kept.join();
		},
	};
</script>
<form id="form" method="post" action="/form?by=${version}"><input name="action"><input id="go" type="submit"></form>
<a id="file" download href="/file?by=${version}">file</a>
<textarea id="text"></textarea>
</body></html>`;

function socketWorker(by: unknown): string {
	const socket = `new WebSocket(location.origin.replace('http', 'ws') + '/ws?by=${by}')`;
	return `'use strict';
		const strict = (function () { return this === undefined })();
		const socket = ${socket};
		socket.onopen = () => socket.send('x');
		socket.onmessage = ({ data }) => fetch('/api?by=${by}').then((r) => r.text()).then((t) => {
			const answer = [data, t, strict, socket.url.includes('pulse')].join(' ');
			if (self.port) self.port.postMessage(answer); else self.postMessage(answer);
		});
		self.onconnect = (e) => { self.port = e.ports[0]; };`;
}
