/** Whether an SDK error is one of these; by `name`, which the SDK keeps stable, never by message. */
export function isAwsError(error: unknown, ...names: readonly string[]): boolean {
	return error instanceof Error && names.includes(error.name);
}

/** What credentials without the right are answered, by services with short codes and by the others. */
export const NOT_ALLOWED = ['AccessDenied', 'AccessDeniedException'] as const;

/** Turns "already gone" into success. */
export async function orGone<T>(call: Promise<T>, ...names: readonly string[]): Promise<T | undefined> {
	try {
		return await call;
	} catch (error) {
		if (isAwsError(error, ...names)) return undefined;
		throw error;
	}
}
