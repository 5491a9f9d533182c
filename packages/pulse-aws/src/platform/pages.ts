/** Reads until the service gives no further token. Every list here is read through this: defaults stop at 10 or 50 entries. */
export async function everyPage<Page, Item>(
	read: (token: string | undefined) => Promise<Page>,
	next: (page: Page) => string | undefined,
	items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
	const all: Item[] = [];
	let token: string | undefined;
	do {
		const page = await read(token);
		all.push(...(items(page) ?? []));
		token = next(page);
	} while (token !== undefined && token !== '');
	return all;
}

/** Calls that take at most `size` names. */
export async function inBatches<Name, Item>(
	names: readonly Name[],
	size: number,
	read: (batch: Name[]) => Promise<readonly Item[] | undefined>,
): Promise<Item[]> {
	const all: Item[] = [];
	for (let at = 0; at < names.length; at += size) all.push(...((await read(names.slice(at, at + size))) ?? []));
	return all;
}

/** `{ key: value }`, or nothing where there is no value: exact optional properties refuse `undefined`. */
export function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
	return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}
