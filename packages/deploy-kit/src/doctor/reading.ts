import { isDeployToolError } from '../errors.ts';

/** What was read, or why it could not be. */
export type Reading<T> = { readonly value: T } | { readonly failure: Failure };

export interface Failure {
	/** Of a `DeployToolError`; else `null`. */
	readonly code: string | null;
	readonly text: string;
	readonly next: string | null;
}

/** One thing that cannot be read hides no other. @throws the signal's reason alone */
export async function reading<T>(work: Promise<T>, signal: AbortSignal): Promise<Reading<T>> {
	try {
		return { value: await work };
	} catch (error) {
		signal.throwIfAborted();
		return unread(error);
	}
}

/** The judgement of something that throws what it finds wrong. */
export function readNow<T>(work: () => T): Reading<T> {
	try {
		return { value: work() };
	} catch (error) {
		return unread(error);
	}
}

function unread(error: unknown): { failure: Failure } {
	if (isDeployToolError(error)) return { failure: { code: error.code, text: error.message, next: error.next ?? null } };
	const text = error instanceof Error ? error.message || error.name : String(error);
	return { failure: { code: null, text, next: null } };
}
