import { Server } from 'node:net';

/** Hears of every server that is started in this process until `stop`, e.g. `port 3000`; each listens as it would. */
export function watchServers(): { readonly seen: readonly string[]; stop(): void } {
	const seen: string[] = [];
	const { listen } = Server.prototype;
	Server.prototype.listen = function (this: Server, ...args: unknown[]) {
		seen.push(whereOf(args[0]));
		return listen.apply(this, args as Parameters<typeof listen>);
	} as typeof listen;
	return {
		seen,
		stop: () => {
			Server.prototype.listen = listen;
		},
	};
}

function whereOf(first: unknown): string {
	const { port, path } = (typeof first === 'object' && first !== null ? first : { port: first }) as {
		readonly port?: unknown;
		readonly path?: unknown;
	};
	if (typeof path === 'string') return path;
	return Number(port) > 0 ? `port ${port}` : 'a port';
}
