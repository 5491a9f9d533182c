/** One event as it was written, by whichever version. */
export interface HistoryEntry {
	/** Those of a later version too: they tell a person something. */
	readonly event: string;
	readonly id: string;
	readonly from?: string | null | undefined;
	readonly until?: number | null | undefined;
	readonly percent?: number | null | undefined;
	readonly because?: string | null | undefined;
	/** Sessions that were on it when its tasks were ended. */
	readonly touched?: number | null | undefined;
	readonly by?: string | null | undefined;
	readonly image?: string | null | undefined;
	readonly commit?: string | null | undefined;
	readonly message?: string | null | undefined;
	/** The deployment whose version it was made of anew. */
	readonly of?: string | null | undefined;
}

const TEXTS = ['from', 'because', 'by', 'image', 'commit', 'message', 'of'] as const;
const NUMBERS = ['until', 'percent', 'touched'] as const;

/**
 * `null`: not written by this tool. What cannot be read of it is left out. By hand, because the reaper reads it too, and its
 * code has to fit into a template of 51,200 bytes.
 */
export function readHistoryText(
	json: string,
): { readonly w: string; readonly entries: readonly HistoryEntry[] } | null {
	let parsed: unknown;
	try {
		parsed = JSON.parse(json);
	} catch {
		return null;
	}
	const { w, e } = (parsed ?? {}) as Record<string, unknown>;
	return typeof w === 'string' && Array.isArray(e) ? { w, entries: e.flatMap(readEntry) } : null;
}

function readEntry(one: unknown): HistoryEntry[] {
	const said = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
	const { event, id } = said;
	const isText = (value: unknown) => value == null || typeof value === 'string';
	const isNumber = (value: unknown) => value == null || typeof value === 'number';
	if (typeof event !== 'string' || typeof id !== 'string') return [];
	if (!TEXTS.every((key) => isText(said[key])) || !NUMBERS.every((key) => isNumber(said[key]))) return [];
	const known = ['event', 'id', ...TEXTS, ...NUMBERS].flatMap((key) => (key in said ? [[key, said[key]]] : []));
	return [Object.fromEntries(known) as HistoryEntry];
}
