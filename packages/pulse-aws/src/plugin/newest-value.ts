/** What the lease's parameter holds; a write that came late tells so by itself, as one of the deploy lock does (`lock-value.ts`). */
export interface NewestValue {
	/** Which task has it, for people; `null`: it was given back. */
	readonly holder: string | null;
	/** Of the term of the task that wrote it. */
	readonly token: string;
	/** The version that it replaced; 0 for the first. */
	readonly over: number;
	/** Unix ms at which the parameter was made: versions count from there, so that a fence also grows over one made anew. */
	readonly born: number;
}

export interface SeenNewest extends NewestValue {
	readonly version: number;
}

export function newestText({ holder, token, over, born }: NewestValue): string {
	return JSON.stringify({ holder: holder?.replaceAll(/[{}]/g, '') ?? null, token, over, born });
}

/** A value that makes no sense is of no task, and written over nothing that its writer had seen. */
export function readNewest(text: string, version: number): SeenNewest {
	const nobody = { holder: null, token: '', over: -1, born: 0, version };
	try {
		const { holder, token, over, born } = JSON.parse(text) as Record<string, unknown>;
		if (typeof token !== 'string' || !Number.isSafeInteger(over) || !Number.isSafeInteger(born)) return nobody;
		return {
			holder: typeof holder === 'string' ? holder : null,
			token,
			over: over as number,
			born: born as number,
			version,
		};
	} catch {
		return nobody;
	}
}
