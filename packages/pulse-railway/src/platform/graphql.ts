import { maskSecrets, type Secret } from 'pulse-deploy-kit/secret';
import { z } from 'zod';
import { classifyMessages, classifyStatus, type Verdict } from './classify.ts';
import { PlatformError } from './error.ts';
import type { Operation } from './operation.ts';
import { retryAfterMs } from './retry.ts';
import type { Answer } from './transport.ts';

const answerShape = z.object({
	data: z.unknown(),
	errors: z.array(z.object({ message: z.string(), traceId: z.string().optional().catch(undefined) })).optional(),
});

type GraphqlAnswer = z.infer<typeof answerShape>;

/** The result of an answer, or the error it amounts to. `secrets` are masked in what Railway says: it may echo input. */
export function readAnswer<R>(
	operation: Operation<object, R>,
	answer: Answer,
	secrets: readonly Secret[],
	now: number,
): R {
	const parsed = parseJson(answer.body);
	const waitFor = retryAfterMs(answer.retryAfter, now);
	const fail = (verdict: Verdict, message: string, mayHaveHappened: boolean, detail?: string) =>
		new PlatformError(verdict.kind, maskSecrets(message, secrets), {
			operation: operation.name,
			mayHaveHappened: mayHaveHappened && verdict.kind !== 'rate-limited',
			...(waitFor === undefined ? {} : { retryAfterMs: waitFor }),
			...(verdict.next === undefined ? {} : { next: verdict.next }),
			...(detail === undefined ? {} : { detail }),
		});
	const errors = parsed?.errors ?? [];
	// The status is judged first: a limit or an outage may come with any body.
	if (answer.status !== 200 && (errors.length === 0 || answer.status === 429 || answer.status >= 500)) {
		const verdict = classifyStatus(answer.status, answer.body);
		throw fail(
			verdict,
			`Railway answered ${operation.name} with HTTP ${answer.status}.`,
			answer.status >= 500,
			excerpt(answer.body),
		);
	}
	if (errors.length > 0) {
		const messages = errors.map((error) => error.message);
		const trace = errors.flatMap((error) => error.traceId ?? []);
		throw fail(
			classifyMessages(messages),
			`Railway refused ${operation.name}: ${messages.join('; ')}`,
			answer.status === 200,
			trace.length === 0 ? undefined : `trace ${trace.join(', ')}`,
		);
	}
	const result = parsed === undefined ? undefined : operation.result.safeParse(parsed.data);
	if (result?.success) return result.data;
	throw fail(
		{ kind: 'unavailable', next: 'Check PULSE_RAILWAY_API_URL, or update pulse-railway if Railway has changed.' },
		`Railway answered ${operation.name} with something unexpected.`,
		true,
		result === undefined ? excerpt(answer.body) : result.error.issues.map((issue) => issue.path.join('.')).join(', '),
	);
}

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
