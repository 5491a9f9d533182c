import { AsyncLocalStorage } from 'node:async_hooks';
import { Server } from 'node:net';

const loading = new AsyncLocalStorage<(where: string) => void>();
let installed = false;

/**
 * Runs the loading of an app so that no server which it creates listens, neither now nor later, when a promise that it left
 * behind settles. Servers of this process itself are not touched. `onTry` hears of each, e.g. `port 3000`.
 */
export function containServers<T>(load: () => Promise<T>, onTry: (where: string) => void): Promise<T> {
	install();
	return loading.run(onTry, load);
}

function install(): void {
	if (installed) return;
	installed = true;
	const { listen } = Server.prototype;
	Server.prototype.listen = function (this: Server, ...args: unknown[]) {
		const onTry = loading.getStore();
		if (onTry === undefined) return listen.apply(this, args as Parameters<typeof listen>);
		onTry(whereOf(args[0]));
		return this;
	} as typeof listen;
}

function whereOf(first: unknown): string {
	const { port, path } = (typeof first === 'object' && first !== null ? first : { port: first }) as {
		readonly port?: unknown;
		readonly path?: unknown;
	};
	if (typeof path === 'string') return path;
	return Number(port) > 0 ? `port ${port}` : 'a port';
}
