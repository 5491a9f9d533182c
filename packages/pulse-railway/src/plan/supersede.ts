import { type Lane, laneOf } from 'pulse-deploy-kit/supersede/lane';
import { type InTheMaking, supersedeFacts } from 'pulse-deploy-kit/supersede/plan-text';
import type { LockHolder } from '../deployments/store.ts';
import { supersedeStep } from '../steps/supersede.ts';
import type { Standing } from './deploy-cut-over.ts';
import type { Step } from './step.ts';

export interface Superseding {
	readonly facts: readonly string[];
	readonly warnings: readonly string[];
	readonly steps: readonly Step[];
}

/** `deploy --supersede`. It is no more than a word to others: with a router that cannot pass it on, they give way later. */
export function planSupersede(
	{ live, leases = {}, supersedes }: Pick<Standing, 'live' | 'leases' | 'supersedes'>,
	id: string,
	lane: Lane,
): Superseding {
	if (supersedes !== true) {
		const text = 'The router is of an older version: earlier deploys go on until they give way at their cut-over.';
		return { facts: [], warnings: [`${text} Run pulse-railway upgrade for --supersede.`], steps: [] };
	}
	const making = Object.entries(leases).flatMap(([other, { lane }]): InTheMaking[] =>
		other === id || other === live.canary?.id ? [] : [{ id: other, ...(lane === undefined ? {} : { lane }) }],
	);
	return { facts: supersedeFacts(making, lane), warnings: [], steps: [supersedeStep(id, lane, making)] };
}

/** Which later deploys this one stops for; `undefined`: for none. */
export function stopsFor(config: {
	readonly overLater: boolean;
	readonly preview?: { readonly name: string } | undefined;
}): Lane | undefined {
	return config.overLater ? undefined : laneOf(config.preview);
}

export type Leases = Readonly<Record<string, Pick<LockHolder, 'lane' | 'supersededBy'>>>;
