import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { OpenRequests } from './usage.ts';

/** How often a draining server looks whether it is empty. */
const LOOK_EVERY_MS = 50;
/** Idle connections are closed only after this: a request may be on its way on each of them. */
const IDLE_GRACE_MS = 500;

export interface Drain {
	/** Begins to drain, or brings the end of a drain forward. */
	within(budgetMs: number): void;
	/** Resolves when no connection is left, or when the budget is over and every request was cut off. */
	readonly done: Promise<void>;
}

/**
 * Ends a server without cutting off what is under way: new connections are refused, responses say `Connection: close`, upgraded
 * connections stay usable. What is left of requests when the budget ends is cut off; upgraded connections are the caller's.
 */
export function drain(parts: {
	readonly server: Server;
	readonly requests: OpenRequests;
	readonly upgraded: ReadonlySet<Duplex>;
	/** Handlers of messages, and work of the app's own, that have not finished. */
	readonly working: () => number;
}): Drain {
	const { server, requests, upgraded, working } = parts;
	let deadline: number | null = null;
	let idleUntil = 0;
	let disconnected = false;
	let finish: () => void;
	const done = new Promise<void>((resolve) => {
		finish = resolve;
	});

	const begin = () => {
		idleUntil = Date.now() + IDLE_GRACE_MS;
		// `server.close` would close idle connections at once.
		NetServer.prototype.close.call(server, () => {
			disconnected = true;
		});
		// On connections that stay open a further request may still come: it is answered, then the connection ends.
		server.prependListener('request', (_request, response: ServerResponse) =>
			response.setHeader('connection', 'close'),
		);
		for (const response of requests.keys()) if (!response.headersSent) response.setHeader('connection', 'close');
		look();
	};
	const look = () => {
		const now = Date.now();
		if (now >= idleUntil) server.closeIdleConnections();
		const quiet = requests.size === 0 && upgraded.size === 0 && working() === 0;
		const empty = quiet && (disconnected || now >= idleUntil);
		if (!empty && now < (deadline as number)) {
			setTimeout(look, Math.min(LOOK_EVERY_MS, (deadline as number) - now));
			return;
		}
		server.closeAllConnections();
		finish();
	};

	return {
		done,
		within: (budgetMs) => {
			const first = deadline === null;
			deadline = Math.min(deadline ?? Number.POSITIVE_INFINITY, Date.now() + budgetMs);
			if (first) begin();
		},
	};
}
