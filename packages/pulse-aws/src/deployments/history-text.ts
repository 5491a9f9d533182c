import { z } from 'zod';

const text = z.string().nullish();
const entry = z.object({
	/** Those of a later version too: they tell a person something. */
	event: z.string(),
	id: z.string(),
	from: text,
	until: z.number().nullish(),
	percent: z.number().nullish(),
	because: text,
	by: text,
	image: text,
	commit: text,
	message: text,
	of: text,
});
const value = z.object({ w: z.string(), e: z.array(z.unknown()) });

export type HistoryEntry = z.infer<typeof entry>;

/** `null`: not written by this tool. What cannot be read of it is left out. */
export function readHistoryText(
	json: string,
): { readonly w: string; readonly entries: readonly HistoryEntry[] } | null {
	let parsed: unknown;
	try {
		parsed = JSON.parse(json);
	} catch {
		return null;
	}
	const { data } = value.safeParse(parsed);
	return data === undefined ? null : { w: data.w, entries: data.e.flatMap((one) => entry.safeParse(one).data ?? []) };
}
