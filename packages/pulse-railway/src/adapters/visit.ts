import { HANDSHAKE_HEADERS } from 'pulse-deploy-kit/doctor/socket-check';
import type { Outgoing } from '../platform/outgoing.ts';
import { ROUTER_HEALTH_PATH } from '../protocol.ts';

const TRY_MS = 10_000;

/** The public address as any visitor meets it, by the way that the session's requests take. */
export interface Visit {
	/** By how much this machine's clock is ahead of the answer's, milliseconds. */
	aheadMs(origin: string, signal: AbortSignal): Promise<number>;
	/** Opens a websocket and ends it. Rejects where it is not opened. */
	socket(url: URL, signal: AbortSignal): Promise<101>;
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
		async socket(url, signal) {
			const { socket } = await outgoing.dispatcher(url).upgrade({
				path: `${url.pathname}${url.search}`,
				origin: url.origin,
				method: 'GET',
				protocol: 'websocket',
				headers: { ...HANDSHAKE_HEADERS, origin: url.origin },
				signal: within(signal),
			} as never);
			socket.on('error', () => {}).destroy();
			return 101;
		},
	};
}
