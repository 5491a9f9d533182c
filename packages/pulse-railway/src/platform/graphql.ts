import { maskSecrets, type Secret } from 'pulse-deploy-kit/secret';
import { z } from 'zod';
import { classifyMessages, classifyStatus, type Verdict } from './classify.ts';
import { PlatformError } from './error.ts';
import type { Operation } from './operation.ts';
import { retryAfterMs } from './retry.ts';
import type { ApiAnswer } from './transport.ts';

const answerShape = z.object({
	// Not there at all where a request was refused before it was carried out.
	data: z.unknown().optional(),
	errors: z.array(z.object({ message: z.string(), traceId: z.string().optional().catch(undefined) })).optional(),
});

type GraphqlAnswer = z.infer<typeof answerShape>;

/** The result of an answer, or the error it amounts to. `secrets` are masked in what Railway says: it may echo input. */
export function readAnswer<R>(
	operation: Operation<object, R>,
	answer: ApiAnswer,
	secrets: readonly Secret[],
	now: number,
): R {
	const parsed = parseJson(answer.body);
	const waitFor = retryAfterMs(answer.retryAfter, now);
	const fail = (verdict: Verdict, message: string, mayHaveHappened: boolean, detail: string | undefined) =>
		new PlatformError(verdict.kind, maskSecrets(message, secrets), {
			operation: operation.name,
			mayHaveHappened: mayHaveHappened && verdict.kind !== 'rate-limited',
			...(waitFor === undefined ? {} : { retryAfterMs: waitFor }),
			...(verdict.next === undefined ? {} : { next: verdict.next }),
			...(detail === undefined ? {} : { detail: maskSecrets(detail, secrets) }),
		});
	const errors = parsed?.errors ?? [];
	const { status } = answer;
	// The status is judged first: a limit or an outage may come with any body. 400 is GraphQL's own.
	if (status !== 200 && !(status === 400 && errors.length > 0)) {
		const message = `Railway answered ${operation.name} with HTTP ${status}.`;
		throw fail(classifyStatus(status, answer.body), message, status >= 500, excerpt(answer.body));
	}
	if (errors.length > 0) {
		const messages = errors.map((error) => error.message);
		const trace = errors.flatMap((error) => error.traceId ?? []);
		throw fail(
			classifyMessages(messages),
			`Railway refused ${operation.name}: ${messages.join('; ')}`,
			status === 200,
			trace.length === 0 ? undefined : `trace ${trace.join(', ')}`,
		);
	}
	const message = `Railway answered ${operation.name} with something unexpected.`;
	if (parsed === undefined)
		throw fail({ kind: 'unavailable', next: CHECK_ADDRESS }, message, true, excerpt(answer.body));
	const result = operation.result.safeParse(parsed.data);
	if (result.success) return result.data;
	const places = result.error.issues.map((issue) => issue.path.join('.')).join(', ');
	throw fail({ kind: 'rejected', next: UPDATE }, message, true, `unexpected: ${places}`);
}

const CHECK_ADDRESS = 'Check PULSE_RAILWAY_API_URL and https://status.railway.com, then run the command again.';
const UPDATE = 'Update pulse-railway: the Railway API may have changed.';

function parseJson(body: string): GraphqlAnswer | undefined {
	try {
		return answerShape.safeParse(JSON.parse(body)).data;
	} catch {
		return undefined;
	}
}

/** One line of a body that may be a page of HTML. */
export function excerpt(body: string): string | undefined {
	const text = body
		.replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/gi, ' ')
		.replace(/<[^>]*>/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	return text === '' ? undefined : text.slice(0, 200);
}
