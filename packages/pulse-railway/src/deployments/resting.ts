/**
 * Of a deployment that was not used any more and that is kept, stopped, to be started again: its service has the snapshot or image
 * that it was made of, its variables and settings, and nothing of it runs.
 */
export interface Resting {
	/** It was started again since. */
	readonly woken: boolean;
	/** Since when, Unix milliseconds. */
	readonly at: number;
	/** What ran last, as Railway names it; `null` where that was not known. */
	readonly of: string | null;
}

/** As it stands in the service's variables. */
export function restingText({ woken, at, of }: Resting): string {
	const since = `${woken ? 'woken' : 'rests since'} ${new Date(at).toISOString()}`;
	return of === null ? since : `${since} of ${of}`;
}

/** `undefined` for anything else, a later version's word for instance: such a service is taken for one that runs. */
export function parseResting(text: string | null | undefined): Resting | undefined {
	const [, word, time = '', of] = /^(rests since|woken) (\S+)(?: of ([\w-]+))?$/.exec(text?.trim() ?? '') ?? [];
	const at = Date.parse(time);
	return word === undefined || Number.isNaN(at) ? undefined : { woken: word === 'woken', at, of: of ?? null };
}
