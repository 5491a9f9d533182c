/** What a version was made of, as its deploy tells it. */
export interface Provenance {
	/** By digest or by tag. */
	readonly image?: string | null | undefined;
	/** Of the sources. */
	readonly commit?: string | null | undefined;
	/** In the words of the `--message` of its deploy. */
	readonly message?: string | null | undefined;
}

/** Characters, so that a history of hundreds of entries stays small, and one of them fits into a parameter on AWS. */
const LONGEST = { image: 200, commit: 64, message: 240 } as const;

/** What is known of it, each text no longer than histories keep. */
export function boundedProvenance({ image, commit, message }: Provenance): {
	readonly [Key in keyof typeof LONGEST]?: string;
} {
	return Object.fromEntries(
		Object.entries({ image, commit, message }).flatMap(([key, text]) =>
			text ? [[key, bounded(text, LONGEST[key as keyof typeof LONGEST])]] : [],
		),
	);
}

/** Not cut within a character of two units. */
export const bounded = (text: string, most: number): string => text.slice(0, most).replace(/[\ud800-\udbff]$/, '');

/** It is told when a version is deployed; what happens to that version afterwards gets it from there. */
export function withProvenance<Entry extends Provenance & { readonly id: string }>(
	oldestFirst: readonly Entry[],
): readonly Entry[] {
	const told = new Map<string, Provenance>();
	return oldestFirst.map((entry) => {
		const isTold = entry.image || entry.commit || entry.message;
		const { image, commit, message } = isTold ? entry : (told.get(entry.id) ?? entry);
		told.set(entry.id, { image, commit, message });
		return { ...entry, image, commit, message };
	});
}
