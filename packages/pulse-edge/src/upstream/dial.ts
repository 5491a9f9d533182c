import { connect, type OnReadOpts, type Socket } from 'node:net';
import type { Address, ServiceNetwork } from './network.ts';

export type DialFailure = 'unresolved' | 'unreachable' | 'connect-timeout' | 'out-of-descriptors';

/** Errors that are this process's own, whichever deployment it wanted: no sockets left, or no local ports. */
const OWN_ERRORS = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);

export interface DialOptions {
	readonly network: ServiceNetwork;
	readonly port: number;
	/** Budget for one connection, name resolution included. Contract R2.16: 30 s. */
	readonly connectTimeoutMs: number;
	/** How long a name that does not resolve is asked again: a container's first seconds may not resolve (docs/platform-facts/railway.md §5). */
	readonly resolveRetryMs: number;
	/** For some in place of `connectTimeoutMs`. */
	readonly budgetOf?: (serviceName: string) => number | undefined;
	readonly onConnect?: (serviceName: string, ms: number) => void;
}

export interface DialEvents {
	/** The socket has no error listener yet: attach one before returning. */
	onConnected(socket: Socket): void;
	onFailed(failure: DialFailure, cause: unknown): void;
}

const RESOLVE_PAUSE_MS = 100;
/** Bytes that an uploader may be ahead of a backend; below it no uploader is paused, which costs system calls. Not in the types. */
const AHEAD = { writableHighWaterMark: 262_144 };

/** Connects to a service at the address it has now. The returned function gives up; then neither event follows. */
export function dial(options: DialOptions, serviceName: string, onread: OnReadOpts, events: DialEvents): () => void {
	const started = performance.now();
	let socket: Socket | null = null;
	let retry: NodeJS.Timeout | undefined;
	let refreshed = false;
	let over = false;

	const giveUp = () => {
		over = true;
		clearTimeout(timer);
		clearTimeout(retry);
		socket?.destroy();
	};
	const fail = (failure: DialFailure, cause: unknown) => {
		giveUp();
		events.onFailed(failure, cause);
	};
	const retryName = (cause: unknown) => {
		const waited = performance.now() - started;
		if (waited + RESOLVE_PAUSE_MS > options.resolveRetryMs) fail('unresolved', cause);
		else retry = setTimeout(attempt, RESOLVE_PAUSE_MS);
	};
	const attempt = () => {
		let address: Address;
		try {
			address = options.network.address(serviceName, options.port);
		} catch (error) {
			retryName(error);
			return;
		}
		const current = connect({
			host: address.host,
			port: address.port,
			noDelay: true,
			...AHEAD,
			...(options.network.lookup ? { lookup: options.network.lookup } : {}),
			onread,
		});
		socket = current;
		const onError = (error: NodeJS.ErrnoException) => {
			if (over) return;
			if (OWN_ERRORS.has(error.code ?? '')) fail('out-of-descriptors', error);
			else if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') retryName(error);
			else if (error.code === 'ETIMEDOUT') fail('connect-timeout', error);
			else if (!refreshed && options.network.refresh(serviceName, options.port, address)) {
				// It moved a moment ago; the old address said so.
				refreshed = true;
				attempt();
			} else fail('unreachable', error);
		};
		current.on('error', onError);
		current.once('connect', () => {
			if (over) return;
			over = true;
			clearTimeout(timer);
			current.setKeepAlive(true, 30_000);
			options.onConnect?.(serviceName, performance.now() - started);
			events.onConnected(current);
			current.off('error', onError);
		});
	};
	const budgetMs = options.budgetOf?.(serviceName) ?? options.connectTimeoutMs;
	const timer = setTimeout(() => fail('connect-timeout', null), budgetMs);
	attempt();
	return giveUp;
}
