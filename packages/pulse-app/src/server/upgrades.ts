import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Open connections that were upgraded. */
export interface Upgraded {
	readonly all: ReadonlySet<Duplex>;
	/** Of `all`: those of websocket endpoints that the app added. */
	readonly own: ReadonlySet<Duplex>;
}

/**
 * Gives each connection upgrade to one owner, and returns those that are open. The listeners present at the call are
 * Socket.IO's; those that the app adds later, whenever that is, see all other upgrades and never Socket.IO's: websocket
 * libraries answer 400 to every address that is not theirs, each other's included.
 */
export function routeUpgrades(server: Server): Upgraded {
	const all = new Set<Duplex>();
	const own = new Set<Duplex>();
	const socketIo = server.listeners('upgrade') as UpgradeListener[];
	server.removeAllListeners('upgrade');
	// Node reports upgrades only to a server that has a listener for them.
	server.on('upgrade', () => {});

	const emit = server.emit.bind(server) as (event: string | symbol, ...args: unknown[]) => boolean;
	server.emit = (event: string | symbol, ...args: unknown[]) => {
		if (event !== 'upgrade') return emit(event, ...args);
		const [request, socket, head] = args as Parameters<UpgradeListener>;
		all.add(socket);
		socket.once('close', () => {
			all.delete(socket);
			own.delete(socket);
		});
		// Without a listener an error, e.g. a reset, would end the process.
		socket.on('error', () => {});
		if (request.url?.startsWith('/socket.io/')) for (const listener of socketIo) listener(request, socket, head);
		else if (server.listenerCount('upgrade') > 1 && !request.url?.startsWith('/_pulse')) {
			own.add(socket);
			emit(event, ...args);
		} else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
		return true;
	};
	return { all, own };
}
