import type { ClientRequest } from 'pulse-edge/entry/client-messages';
import { headerRecord } from 'pulse-edge/raw-headers';
import { failureAnswer, jsonAnswer } from 'pulse-edge/report/answer';
import type { Answer } from 'pulse-edge/report/stale';
import type { ControlAnswer, ControlRequest } from '../control/handle.ts';
import { readBody } from './read-body.ts';

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
