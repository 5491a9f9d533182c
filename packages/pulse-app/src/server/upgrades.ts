import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

type UpgradeListener = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

/** Open connections that were upgraded. */
export interface Upgraded {
	readonly all: ReadonlySet<Duplex>;
	/** Of `all`: those of websocket endpoints that the app added. */
	readonly own: ReadonlySet<Duplex>;
	/** Of `all`: those that are another process's. */
	readonly passedOn: ReadonlySet<Duplex>;
}

/** Takes an upgrade over before anybody else sees it; true where it did. Never fails. */
export type TakeUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => boolean | Promise<boolean>;

/**
 * Gives each connection upgrade to one owner, and returns those that are open. The listeners present at the call are
 * Socket.IO's; those that the app adds later, whenever that is, see all other upgrades and never Socket.IO's: websocket
 * libraries answer 400 to every address that is not theirs, each other's included.
 * @param take asked before any of them. Default: takes none
 */
export function routeUpgrades(server: Server, take: TakeUpgrade = () => false): Upgraded {
	const all = new Set<Duplex>();
	const own = new Set<Duplex>();
	const passedOn = new Set<Duplex>();
	const socketIo = server.listeners('upgrade') as UpgradeListener[];
	server.removeAllListeners('upgrade');
	// Node reports upgrades only to a server that has a listener for them.
	server.on('upgrade', () => {});

	const emit = server.emit.bind(server) as (event: string | symbol, ...args: unknown[]) => boolean;
	server.emit = (event: string | symbol, ...args: unknown[]) => {
		if (event !== 'upgrade') return emit(event, ...args);
		const [request, socket, head] = args as Parameters<UpgradeListener>;
		follow(socket);
		const decide = (isTaken: boolean) => {
			if (socket.destroyed) return;
			if (isTaken) passedOn.add(socket);
			else route(request, socket, head);
		};
		const taken = take(request, socket, head);
		// What the client sends meanwhile waits in the socket.
		if (typeof taken === 'boolean') decide(taken);
		else void taken.then(decide);
		return true;
	};
	// Apart from the request and its first bytes, which would stay in memory for as long as the connection does.
	const follow = (socket: Duplex) => {
		all.add(socket);
		socket.once('close', () => {
			for (const set of [all, own, passedOn]) set.delete(socket);
		});
		// Without a listener an error, e.g. a reset, would end the process.
		socket.on('error', () => {});
	};
	const route: UpgradeListener = (request, socket, head) => {
		if (request.url?.startsWith('/socket.io/')) for (const listener of socketIo) listener(request, socket, head);
		else if (server.listenerCount('upgrade') > 1 && !request.url?.startsWith('/_pulse')) {
			own.add(socket);
			emit('upgrade', request, socket, head);
		} else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
	};
	return { all, own, passedOn };
}
