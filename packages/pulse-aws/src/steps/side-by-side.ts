/**
 * Runs all at once. The first failure aborts the others and is thrown once all have ended, so that nothing goes on behind
 * the undo that follows.
 */
export async function sideBySide(
	works: readonly ((signal: AbortSignal) => Promise<void>)[],
	signal: AbortSignal,
): Promise<void> {
	const stop = new AbortController();
	const either = AbortSignal.any([signal, stop.signal]);
	let first: { readonly error: unknown } | undefined;
	const guarded = works.map((work) =>
		work(either).catch((error: unknown) => {
			first ??= { error };
			stop.abort(error);
		}),
	);
	await Promise.all(guarded);
	if (first !== undefined) throw first.error;
}
