/** Polls `probe` until it gives something, or fails with `what` after `budgetMs`. */
export async function until<T>(
	what: string,
	probe: () => Promise<T | null | undefined | false> | T | null | undefined | false,
	budgetMs = 15_000,
): Promise<T> {
	const deadline = Date.now() + budgetMs;
	for (;;) {
		const value = await probe();
		if (value) return value;
		if (Date.now() > deadline) throw new Error(`waited ${budgetMs / 1000} s for: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}
