import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to a server on which connections can die while both ends go on to believe in them. */
export async function failingNetwork(port: number) {
	const open = new Set<Socket>();
	const server = createServer((near) => {
		const far = connect(port, '127.0.0.1');
		for (const socket of [near, far]) {
			open.add(socket);
			socket.on('error', () => {});
			socket.on('close', () => open.delete(socket));
		}
		near.pipe(far).pipe(near);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		for (const socket of open) socket.destroy();
		server.close();
	});
	const { port: own } = server.address() as { port: number };
	return {
		url: `http://127.0.0.1:${own}`,
		/** From now on nothing that is sent on the present connections arrives, and both ends take them for alive. */
		swallow: () => {
			for (const socket of open) {
				socket.unpipe();
				socket.resume();
			}
		},
		/** Both ends notice. */
		cut: () => {
			for (const socket of open) socket.destroy();
		},
	};
}
