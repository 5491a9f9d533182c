import { type Reading, reading } from 'pulse-deploy-kit/doctor/reading';
import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import { toldError } from '../adapters/told.ts';

/** What AWS answered, or why not, as all commands tell it, with the detail. */
export function look<T>(work: Promise<T>, signal: AbortSignal): Promise<Reading<T>> {
	return reading(
		work.catch((error: unknown) => {
			throw withDetail(toldError(error));
		}),
		signal,
	);
}

/** Where one reading leads to the next. */
export async function following<A, B>(
	before: Reading<A>,
	next: (value: A) => Promise<Reading<B>>,
): Promise<Reading<B>> {
	return 'failure' in before ? before : next(before.value);
}

export const unread = (text: string): { failure: { code: null; text: string; next: null } } => ({
	failure: { code: null, text, next: null },
});

function withDetail(error: unknown): unknown {
	if (!isDeployToolError(error) || error.detail === undefined) return error;
	const { code, message, fault, detail, next, cause } = error;
	return new DeployToolError(code, `${message} ${detail}`, { fault, cause, ...(next === undefined ? {} : { next }) });
}
