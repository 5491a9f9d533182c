import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TaskProgram, TaskStart } from './program.ts';

export interface ServerStart extends TaskStart {
	/** Aborts on SIGTERM. */
	readonly stopping: AbortSignal;
	/** What `process.exit` is to a process. */
	exit(code: number): void;
}

/**
 * A server inside this process, for tests that need many tasks quickly. `create` returns it not yet listening; on
 * SIGTERM it takes no more connections and ends with code 0 once the open ones are gone, on SIGKILL they are cut.
 */
export function serverProgram(create: (task: ServerStart) => Server | Promise<Server>): TaskProgram {
	return {
		async start(task) {
			const stopping = new AbortController();
			let exit = (_code: number) => {};
			const exited = new Promise<number>((resolve) => {
				exit = resolve;
			});
			const server = await create({ ...task, stopping: stopping.signal, exit });
			// Another container of its task may know it by that port.
			const port = task.env.PORT === undefined ? 0 : await task.network.port(Number(task.env.PORT));
			const sockets = new Set<Socket>();
			server.on('connection', (socket: Socket) => {
				sockets.add(socket);
				socket.on('close', () => sockets.delete(socket));
			});
			await new Promise<void>((resolve, reject) => {
				server.once('error', reject);
				server.listen(port, '127.0.0.1', resolve);
			});
			void exited.then(() => {
				server.close();
				for (const socket of sockets) socket.destroy();
			});
			return {
				address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
				ready: Promise.resolve(),
				exit: exited,
				stop: (signal) => {
					if (signal === 'SIGKILL') return exit(137);
					stopping.abort();
					server.close(() => exit(0));
				},
			};
		},
	};
}
