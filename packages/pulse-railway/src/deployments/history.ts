import { boundedProvenance, type Provenance } from 'pulse-deploy-kit/history/provenance';
import { z } from 'zod';
import type { DeploymentRecord } from './record.ts';
import { MAX_HISTORY } from './store.ts';
import type { LiveState } from './transitions.ts';

const entry = z.object({
	/** Unix milliseconds. */
	at: z.number(),
	/**
	 * `activated`: new visitors get it from then on. `retired`: the router answers its affinity as stale. `deleted`: its record
	 * is gone. `restored`: live was made to follow Railway's own truth. `recalled`, `drains`: by `until` the pages left on it
	 * move; `stays`: that was taken back. `canary`: from then on a share of new visitors gets it; `widened`: a larger one;
	 * `halted`: none, by the rule that compares it with the active one; `ended`: none, by hand or for another deployment.
	 * `preview`: until `until` visitors who name it get it.
	 */
	event: z.enum([
		'activated',
		'restored',
		'recalled',
		'drains',
		'stays',
		'retired',
		'deleted',
		'canary',
		'widened',
		'halted',
		'ended',
		'preview',
	]),
	id: z.string(),
	/** Who was active before; only where it is `activated` or `restored`. */
	from: z.string().nullish(),
	/** Unix milliseconds; only where it is `recalled`, `drains` or `preview`. */
	until: z.number().nullish(),
	/** Percent of new visitors; only where it is `canary` or `widened`. */
	share: z.number().nullish(),
	/** Who did it, as the lock names its holder: user, machine and command; `null`: without a lock. */
	by: z.string().nullish(),
	/** Why, where it was decided by rule, e.g. `drainable`. */
	because: z.string().nullish(),
	/** Pages that were on it and were told to load anew; only where it is `deleted`. */
	touched: z.number().nullish(),
	/** What it was made of; where it was deployed with this entry. */
	image: z.string().nullish(),
	commit: z.string().nullish(),
	message: z.string().nullish(),
});

/** What has happened to a deployment. */
export type HistoryEntry = z.infer<typeof entry>;

export interface Occasion {
	/** Unix milliseconds. */
	readonly at: number;
	readonly by: string | null;
	readonly because: string | null;
	readonly touched?: number | undefined;
	/** Live follows the durable truth, which was changed elsewhere or before. */
	readonly restores: boolean;
	/** What the deployment was made of that becomes active, a canary or a preview. */
	readonly provenance?: Provenance | undefined;
}

/** What a reader of the history needs to know of a transition; nothing of attempts that were undone. */
export function historyOf(before: LiveState, after: LiveState, occasion: Occasion): readonly HistoryEntry[] {
	const { at, by, because, touched, restores, provenance = {} } = occasion;
	const common = { at, by, because };
	const made = boundedProvenance(provenance);
	const moved: HistoryEntry[] =
		after.activeId === null || after.activeId === before.activeId
			? []
			: [{ ...common, ...made, event: restores ? 'restored' : 'activated', id: after.activeId, from: before.activeId }];
	const began = [...after.records.values()]
		.filter(({ id, state }) => state === 'retiring' && before.records.get(id)?.state !== 'retiring')
		.map(({ id }): HistoryEntry => ({ ...common, event: 'retired', id }));
	const gone = [...before.records.values()]
		.filter((record) => !after.records.has(record.id) && wasUsed(record))
		.map(
			({ id }): HistoryEntry => ({ ...common, event: 'deleted', id, ...(touched === undefined ? {} : { touched }) }),
		);
	const left = [...after.records.values()].flatMap(({ id, departure }): HistoryEntry[] => {
		if (departure === undefined || departure.saidAt === before.records.get(id)?.departure?.saidAt) return [];
		const { by: until, recalled } = departure;
		if (until === null) return [{ ...common, event: 'stays', id }];
		return [{ ...common, event: recalled ? 'recalled' : 'drains', id, until }];
	});
	const shown = [...after.records.values()].flatMap(({ id, preview }): HistoryEntry[] =>
		preview === undefined || before.records.get(id)?.preview !== undefined || before.records.get(id) === undefined
			? []
			: [{ ...common, ...made, event: 'preview', id, until: preview.until }],
	);
	return [...ofCanary(before, after, common, made), ...shown, ...moved, ...left, ...began, ...gone];
}

function ofCanary(
	{ canary: was }: LiveState,
	{ canary, activeId }: LiveState,
	common: Pick<Occasion, 'at' | 'by' | 'because'>,
	made: ReturnType<typeof boundedProvenance>,
): HistoryEntry[] {
	const same = was !== undefined && was.beganAt === canary?.beganAt;
	// That it became active is told as that.
	const over = was !== undefined && !same && activeId !== was.id;
	return [
		...(over ? [{ ...common, event: common.because === null ? 'ended' : 'halted', id: was.id } as const] : []),
		...(canary === undefined || same
			? []
			: [{ ...common, ...made, event: 'canary', id: canary.id, share: canary.share / 100 } as const]),
		...(same && canary !== undefined && canary.share !== was.share
			? [{ ...common, event: 'widened', id: canary.id, share: canary.share / 100 } as const]
			: []),
	];
}

/** A deployment that was never active leaves no trace: its deploy failed, and said so. */
function wasUsed({ state }: DeploymentRecord): boolean {
	return state !== 'pending';
}

/** Newest last. What cannot be read, by a later version for instance, is left out. */
export function decodeHistory(json: string | null): readonly HistoryEntry[] {
	let kept: unknown;
	try {
		kept = JSON.parse(json ?? '[]');
	} catch {
		return [];
	}
	return Array.isArray(kept) ? kept.flatMap((one) => entry.safeParse(one).data ?? []) : [];
}

/** With what has happened since. */
export function encodeHistory(kept: readonly HistoryEntry[], more: readonly HistoryEntry[]): string {
	return JSON.stringify([...kept, ...more].slice(-MAX_HISTORY));
}
