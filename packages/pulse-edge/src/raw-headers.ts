/** The first header of this lowercase name, of names and values as they came. */
export function headerOf(raw: readonly string[], name: string): string | undefined {
	for (let i = 0; i < raw.length; i += 2) {
		if (raw[i]!.length === name.length && raw[i]!.toLowerCase() === name) return raw[i + 1];
	}
	return undefined;
}

/** The same of a list, which may stand in several lines (RFC 9110 §5.3); `''` for none. */
export function listOf(raw: readonly string[], name: string): string {
	let list = '';
	for (let i = 0; i < raw.length; i += 2) {
		if (raw[i]!.length !== name.length || raw[i]!.toLowerCase() !== name) continue;
		list = list === '' ? raw[i + 1]! : `${list}, ${raw[i + 1]}`;
	}
	return list;
}

/** Headers by lowercase name; a repeated one is an array, so that no reader takes the first of two for the only one. */
export function headerRecord(raw: readonly string[]): Record<string, string | string[]> {
	const record: Record<string, string | string[]> = Object.create(null);
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!.toLowerCase();
		const before = record[name];
		record[name] = before === undefined ? raw[i + 1]! : [before, raw[i + 1]!].flat();
	}
	return record;
}
