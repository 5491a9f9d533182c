import type { ClientRequest } from 'pulse-edge/entry/client-messages';

/** `null` when it is longer than `limit` bytes or did not come whole in time. */
export function readBody(request: ClientRequest, limit: number, withinMs: number): Promise<Buffer | null> {
	return new Promise((settle) => {
		const resolve = (body: Buffer | null) => {
			clearTimeout(timer);
			settle(body);
		};
		const timer = setTimeout(resolve, withinMs, null);
		const pieces: Buffer[] = [];
		let size = 0;
		request.on('data', (piece: Buffer) => {
			size += piece.length;
			if (size <= limit) pieces.push(piece);
			else resolve(null);
		});
		request.on('end', () => resolve(Buffer.concat(pieces)));
		request.on('close', () => resolve(null));
	});
}
