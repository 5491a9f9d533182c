import { App } from 'pulse-app';
import { AWSECSPlugin } from 'pulse-aws';
import { WebSocketServer } from 'ws';

const TICK_MS = 200;

/** Holds what a Pulse page does not: an event stream, a websocket of its own, a slow download, an upload. */
export default new App({
	plugins: [new AWSECSPlugin()],
	onStart({ server }) {
		const sockets = new WebSocketServer({ noServer: true });
		server.on('upgrade', (request, socket, head) =>
			sockets.handleUpgrade(request, socket, head, (webSocket) => {
				const tick = setInterval(() => webSocket.send('tick'), TICK_MS);
				webSocket.on('close', () => clearInterval(tick));
			}),
		);
	},
	listener(request, response) {
		if (request.method === 'POST') {
			let bytes = 0;
			request.on('data', (chunk) => {
				bytes += chunk.length;
			});
			request.on('end', () => response.end(`stored ${bytes}`));
			return;
		}
		if (!request.url.startsWith('/events')) return response.end('hello');
		response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
		const tick = setInterval(() => response.write('data: tick\n\n'), TICK_MS);
		response.on('close', () => clearInterval(tick));
	},
});
