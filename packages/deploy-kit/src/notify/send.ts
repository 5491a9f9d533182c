import type { Secret } from '../secret.ts';
import type { Destination } from './destination.ts';
import { type NoticeSource, noticeBody } from './message.ts';
import type { Notice } from './notice.ts';
import { signedHeaders, webhookId } from './sign.ts';

export interface Sender {
	readonly destination: Destination;
	/** Signs what goes to a plain webhook, which needs it. */
	readonly secret: Secret | undefined;
	readonly source: NoticeSource;
	/** Tells this stack's notices from those of all others. */
	readonly scope: string;
	/** For one answer, milliseconds. Default 10,000. */
	readonly answerMs?: number;
}

export type Sent =
	| { readonly delivered: true }
	/** `isRefused`: this very notice was not taken; another one may be. */
	| { readonly delivered: false; readonly why: string; readonly isRefused: boolean };

const ANSWER_MS = 10_000;
/** Worth another attempt later, and no attempt with another notice now. */
const NOT_NOW = new Set([408, 425, 429]);

/**
 * One attempt. Any 2xx is an acknowledgement. Redirects are not followed, and nothing of the answer is read but its status:
 * the operator who gave the URL chose whom this machine talks to, and the receiver chooses no other.
 */
export async function sendNotice(sender: Sender, notice: Notice, now: number, signal: AbortSignal): Promise<Sent> {
	const { destination, secret, source, scope, answerMs = ANSWER_MS } = sender;
	const body = noticeBody(destination.form, notice, source);
	const id = webhookId(scope, notice.key);
	const signed = destination.form === 'standard' && secret ? signedHeaders(secret, id, now, body) : {};
	try {
		const answer = await fetch(destination.url.reveal(), {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'user-agent': 'pulse-deploy', ...signed },
			body,
			redirect: 'manual',
			signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
		});
		await answer.body?.cancel().catch(() => {});
		if (answer.ok) return { delivered: true };
		const isRefused = answer.status >= 400 && answer.status < 500 && !NOT_NOW.has(answer.status);
		return { delivered: false, why: `it answered ${answer.status}`, isRefused };
	} catch (error) {
		signal.throwIfAborted();
		return { delivered: false, why: whatFailed(error), isRefused: false };
	}
}

/** By code alone: what fetch says may name the URL. */
function whatFailed(error: unknown): string {
	if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
	const { code } = ((error as { cause?: unknown }).cause ?? {}) as { code?: unknown };
	return typeof code === 'string' ? code : 'it could not be reached';
}
