import type { Socket } from 'node:net';
import type { ClientResponse } from '../entry/client-messages.ts';
import { READ_SIZE } from '../node/own-reads.ts';

/** Below it a buffer would mostly hold nothing, and a reader that takes its time would keep many of them. */
const WORTH_KEEPING = READ_SIZE / 2;
/** Buffers kept for the next copies: 2 MB. */
const MOST_KEPT = 32;
const kept: Buffer[] = [];

/**
 * Sends a copy of `chunk`, whose bytes are valid only during the call; false when the other side should be given time.
 * A buffer for each copy would be cold memory that the collector hands back late: half of what a large download costs.
 * Threat: a buffer used again while its bytes are still on their way would show one user's data to another. Its
 * callback comes only when the kernel has the bytes, or when nothing will be sent any more; one that never comes keeps
 * the buffer from being used again.
 */
export function writeCopy(to: Socket | ClientResponse, chunk: Buffer): boolean {
	return writeTogether(to, [chunk]);
}

/** The same for what one read brought in pieces: written each by itself, small ones would take many times their bytes. */
export function writeTogether(to: Socket | ClientResponse, pieces: readonly Buffer[]): boolean {
	let length = 0;
	for (const piece of pieces) length += piece.length;
	if (length < WORTH_KEEPING || length > READ_SIZE) return to.write(Buffer.concat(pieces, length));
	const buffer = kept.pop() ?? Buffer.allocUnsafeSlow(READ_SIZE);
	let at = 0;
	for (const piece of pieces) at += piece.copy(buffer, at);
	return to.write(buffer.subarray(0, length), () => {
		if (kept.length < MOST_KEPT) kept.push(buffer);
	});
}
