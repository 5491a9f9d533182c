import type { ClientRequest } from 'pulse-edge/entry/client-messages';
import { headerRecord } from 'pulse-edge/raw-headers';
import { failureAnswer, jsonAnswer } from 'pulse-edge/report/answer';
import type { Answer } from 'pulse-edge/report/stale';
import type { ControlAnswer, ControlRequest } from '../control/handle.ts';

export type ControlHandler = (request: ControlRequest) => Promise<ControlAnswer>;

/** For the whole body: its sender is not known yet, and must not hold a connection and its memory for long. */
const BODY_MS = 10_000;

/** Hands a request to the control endpoint. A body over the limit or too slow gets the answer of every internal path. */
export async function controlAnswer(
	request: ClientRequest,
	handle: ControlHandler,
	bodyLimit: number,
	onCause: (cause: unknown) => void,
	bodyMs: number = BODY_MS,
): Promise<Answer> {
	const body = await readBody(request, bodyLimit, bodyMs);
	if (body === null) return failureAnswer('internal-path');
	const answer = await handle({ method: request.method!, headers: headerRecord(request.rawHeaders), body });
	if (answer.cause !== undefined) onCause(answer.cause);
	return jsonAnswer(answer.status, answer.body);
}

/** `null` when it is longer than `limit` or did not come whole in time. */
function readBody(request: ClientRequest, limit: number, withinMs: number): Promise<Buffer | null> {
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
