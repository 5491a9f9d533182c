import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

/** One deployment's app: says who it is, streams events, echoes uploads and socket messages. */
export interface App {
	readonly id: string;
	readonly port: number;
	stop(): Promise<void>;
}

export const EVENTS = 10;

export async function startApp(id: string): Promise<App> {
	const server = createServer((request, response) => {
		response.setHeader('x-app', id);
		if (request.url!.startsWith('/events')) return void stream();
		if (request.method === 'POST') return void request.pipe(response);
		response.end(id);

		async function stream(): Promise<void> {
			response.setHeader('content-type', 'text/event-stream');
			for (let i = 1; i <= EVENTS && !response.destroyed; i++) {
				response.write(`data: ${id} ${i}\n\n`);
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
			response.end();
		}
	});
	const sockets = new WebSocketServer({ server });
	sockets.on('connection', (socket) => {
		socket.on('error', () => {});
		socket.on('message', (data) => socket.send(`${id} ${data}`));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		id,
		port: (server.address() as { port: number }).port,
		async stop() {
			for (const socket of sockets.clients) socket.terminate();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
