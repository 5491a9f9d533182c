import { HANDSHAKE_HEADERS } from 'pulse-deploy-kit/doctor/socket-check';
import type { Outgoing } from '../platform/outgoing.ts';
import { ROUTER_HEALTH_PATH } from '../protocol.ts';

const TRY_MS = 10_000;

/** The public address as any visitor meets it, by the way that the session's requests take. */
export interface Visit {
	/** By how much this machine's clock is ahead of the answer's, milliseconds. */
	aheadMs(origin: string, signal: AbortSignal): Promise<number>;
	/** The status that a websocket's handshake gets; one that opens (101) is ended. Rejects where there is no answer. */
	socket(url: URL, signal: AbortSignal): Promise<number>;
}

export function openVisit(outgoing: Outgoing, now: () => number): Visit {
	const within = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]);
	return {
		async aheadMs(origin, signal) {
			const begun = now();
			const url = new URL(ROUTER_HEALTH_PATH, origin);
			const response = await outgoing.fetch(url, { redirect: 'manual', signal: within(signal) });
			const heard = now();
			await response.body?.cancel();
			const told = Date.parse(response.headers.get('date') ?? '');
			if (!Number.isFinite(told)) throw new Error('its answers carry no date');
			// The header counts whole seconds, cut off.
			return (begun + heard) / 2 - (told + 500);
		},
		socket: (url, signal) => handshake(outgoing, url, within(signal)),
	};
}

/** By `dispatch`: undici's own `upgrade` says of a refused handshake that it was refused, and not how. */
function handshake(outgoing: Outgoing, url: URL, signal: AbortSignal): Promise<number> {
	return new Promise((resolve, reject) => {
		const request = {
			path: `${url.pathname}${url.search}`,
			origin: url.origin,
			method: 'GET',
			upgrade: 'websocket',
			headers: { ...HANDSHAKE_HEADERS, origin: url.origin },
		} as const;
		outgoing.dispatcher(url).dispatch(request, {
			onRequestStart(controller) {
				const stop = () => controller.abort(signal.reason);
				if (signal.aborted) stop();
				else signal.addEventListener('abort', stop, { once: true });
			},
			onRequestUpgrade(_controller, status, _headers, socket) {
				resolve(status);
				socket.on('error', () => {}).destroy();
			},
			onResponseStart(controller, status) {
				resolve(status);
				controller.abort(new Error('the status is all that is asked for'));
			},
			onResponseError: (_controller, error) => reject(error),
		});
	});
}
