import type { Server, ServerResponse } from 'node:http';

/** How often a draining server looks whether it is empty. */
const LOOK_EVERY_MS = 50;

export interface Drain {
	/** Begins to drain, or brings the end of a drain forward. */
	within(budgetMs: number): void;
	/** Resolves when nobody is left, or the budget is over and every connection was closed. */
	readonly done: Promise<void>;
}

/**
 * Ends a server without cutting anybody off: new connections are refused, responses under way say `Connection: close`,
 * sockets stay usable. Only what is left when the budget ends is closed.
 */
export function drain(parts: {
	readonly server: Server;
	readonly requests: ReadonlySet<ServerResponse>;
	readonly busy: () => { readonly sockets: number; readonly messages: number };
}): Drain {
	const { server, requests, busy } = parts;
	let deadline: number | null = null;
	let finish: () => void;
	const done = new Promise<void>((resolve) => {
		finish = resolve;
	});

	const begin = () => {
		server.close();
		// On connections that stay open a further request may still come: it is answered, then the connection ends.
		server.prependListener('request', (_request, response: ServerResponse) =>
			response.setHeader('connection', 'close'),
		);
		for (const response of requests) if (!response.headersSent) response.setHeader('connection', 'close');
		look();
	};
	const look = () => {
		server.closeIdleConnections();
		const { sockets, messages } = busy();
		const empty = requests.size === 0 && sockets === 0 && messages === 0;
		if (!empty && Date.now() < (deadline as number)) {
			setTimeout(look, Math.min(LOOK_EVERY_MS, Math.max(0, (deadline as number) - Date.now())));
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
