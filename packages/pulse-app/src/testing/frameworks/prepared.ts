import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { plain } from './plain.ts';
import type { Framework } from './routes.ts';

/** A framework of Next's shape: nothing works before `prepare`, then it hands out a request handler. */
function preparedFramework(handle: (request: IncomingMessage, response: ServerResponse) => unknown) {
	let ready = false;
	return {
		prepare: async () => {
			await sleep(20);
			ready = true;
		},
		getRequestHandler: () => async (request: IncomingMessage, response: ServerResponse) => {
			if (!ready) throw new Error('not prepared');
			await handle(request, response);
		},
	};
}

export const prepared: Framework = (parts) => {
	const next = preparedFramework(plain(parts).listener);
	return { onStart: () => next.prepare(), listener: next.getRequestHandler() };
};
