import type { ClientRequest } from 'pulse-edge/entry/client-messages';
import { headerOf } from 'pulse-edge/raw-headers';
import { failureAnswer, jsonAnswer } from 'pulse-edge/report/answer';
import type { Answer } from 'pulse-edge/report/stale';
import type { z } from 'zod';
import { INTERNAL_TOKEN_HEADER } from '../protocol.ts';
import { sameSecret } from '../same-secret.ts';
import { readBody } from './read-body.ts';

const BODY_LIMIT = 1024;
const BODY_MS = 2_000;

type Question<Asked> =
	| { readonly asked: Asked; readonly refused?: never }
	| { readonly asked?: never; readonly refused: Answer };

/** What a deployment asks the router. Without the internal token the path is as any that is not there. */
export async function readQuestion<Asked>(
	request: ClientRequest,
	internalToken: string,
	question: z.ZodType<Asked>,
): Promise<Question<Asked>> {
	if (!sameSecret(headerOf(request.rawHeaders, INTERNAL_TOKEN_HEADER), internalToken)) {
		return { refused: failureAnswer('internal-path') };
	}
	const asked = question.safeParse(parsed(await readBody(request, BODY_LIMIT, BODY_MS))).data;
	return asked === undefined ? { refused: jsonAnswer(400, { detail: 'not understood' }) } : { asked };
}

function parsed(body: Buffer | null): unknown {
	try {
		return JSON.parse(body?.toString('utf8') ?? '');
	} catch {
		return null;
	}
}
