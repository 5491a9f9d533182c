import { Server } from 'node:net';

/**
 * Loaded into every Node process of a service before its own code. Services are told to listen on all addresses, because
 * on Railway that is a private network. Here it would be whatever network the laptop is in.
 */
const LOOPBACK = '127.0.0.1';
const EVERYWHERE: readonly unknown[] = [undefined, null, '', '::', '[::]', '0.0.0.0'];

/** Of `stay-on-loopback.ts`. */
const { searchParams } = new URL(import.meta.url);
const [declared, own] = [searchParams.get('declared'), searchParams.get('own')];

const listen = Server.prototype.listen as (...args: unknown[]) => Server;
Server.prototype.listen = function (this: Server, ...args: unknown[]) {
	return Reflect.apply(listen, this, onLoopback(args));
} as typeof Server.prototype.listen;

/** The port that its Dockerfile says is that of the version beside it: here the process has one of its own. */
function ownPort(port: unknown): unknown {
	return declared !== null && String(port) === declared ? Number(own) : port;
}

/** The arguments of `server.listen` with every address made this machine's own; paths and handles stay. */
function onLoopback(args: readonly unknown[]): unknown[] {
	const [where, host] = args;
	if (typeof where === 'object' && where !== null) {
		const options = where as { port?: unknown; host?: unknown };
		if (options.port === undefined) return [...args];
		const port = ownPort(options.port);
		if (!EVERYWHERE.includes(options.host)) return [{ ...options, port }, ...args.slice(1)];
		return [{ ...options, port, host: LOOPBACK, ipv6Only: false }, ...args.slice(1)];
	}
	if (typeof where === 'function' || args.length === 0) return [0, LOOPBACK, ...args];
	if (typeof where === 'string' && !(Number(where) >= 0)) return [...args];
	if (typeof host === 'string' || host === undefined || host === null) {
		return [ownPort(where), EVERYWHERE.includes(host) ? LOOPBACK : host, ...args.slice(2)];
	}
	return [ownPort(where), LOOPBACK, ...args.slice(1)];
}
