import type { ServerResponse } from 'node:http';
import type { OpenRequests } from './usage.ts';

/**
 * Ends requests of whose body nothing came for `stallMs`. Node's own limit is for the whole of a request, and would end
 * uploads that are only slow. While the app has not read what is here, the client cannot send more: that is no stall. Returns
 * what stops it.
 */
export function endStalledBodies(requests: OpenRequests, stallMs: number): () => void {
	const seen = new WeakMap<ServerResponse, { readonly bytes: number; readonly at: number }>();
	const look = () => {
		const now = Date.now();
		for (const response of requests.keys()) {
			const { complete, socket, readableLength } = response.req;
			if (complete) continue;
			const last = seen.get(response);
			if (readableLength > 0 || last?.bytes !== socket.bytesRead)
				seen.set(response, { bytes: socket.bytesRead, at: now });
			else if (now - last.at >= stallMs) socket.destroy();
		}
	};
	const timer = setInterval(look, stallMs / 10).unref();
	return () => clearInterval(timer);
}
