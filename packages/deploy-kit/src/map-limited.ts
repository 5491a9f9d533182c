/** `Promise.all` over a list with at most `limit` running; results keep the order. */
export async function mapLimited<Item, Result>(
	limit: number,
	items: readonly Item[],
	work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = new Array(items.length);
	const queue = items.entries();
	const worker = async () => {
		for (const [at, item] of queue) results[at] = await work(item);
	};
	await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
	return results;
}
