import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import type { Provenance } from 'pulse-deploy-kit/history/provenance';
import type { Preview } from 'pulse-deploy-kit/preview';
import type { RoutingSnapshot } from '../deployments/record.ts';
import type { NamedService } from '../deployments/store.ts';
import type { StackObservation } from '../platform/port.ts';
import { backendServices, durableActiveId } from '../stack/durable.ts';
import { beginPreviewStep } from '../steps/begin-preview.ts';
import { letDrainStep } from '../steps/reconcile.ts';
import { verifyAffinityStep } from '../steps/verify-affinity.ts';
import { beginCanarySteps } from './canary.ts';
import { moveVisitors, STANDING_SECONDS } from './cut-over.ts';
import { type SessionsById, type Settlement, settle, withoutHalfMade } from './settle.ts';
import type { Step } from './step.ts';
import type { Leases } from './supersede.ts';

/** What stands, and what others are doing with it. */
export interface Standing {
	readonly observation: StackObservation;
	readonly live: RoutingSnapshot;
	/** Of deployments that other commands are making, by id. */
	readonly leases?: Leases;
	/** The router knows container apps. */
	readonly containers?: boolean;
	/** It knows canaries. */
	readonly canaries?: boolean;
	/** It knows previews. */
	readonly previews?: boolean;
	/** It tells deploys that a later one takes their place. */
	readonly supersedes?: boolean;
	/** The router leads pages to the replica that holds their session. */
	readonly pinsReplicas?: boolean;
	/** By the router's clock, Unix milliseconds. */
	readonly now: number;
	/** What the services say of themselves that the live store does not know. */
	readonly sessions?: SessionsById;
}

/** What becomes of a deployment that is ready. */
export interface Tail {
	/** Looked at once it is active; `null`: before, or not at all. */
	readonly pageWhenActive: string | null;
	readonly canary?: CanaryTerms | undefined;
	readonly preview?: Preview | undefined;
	/** What it was made of, for the history. */
	readonly provenance?: Provenance;
}

export function cutOverSteps(
	target: NamedService,
	{ activeId, unclaimed, standing }: Pick<Settlement, 'activeId' | 'unclaimed' | 'standing'>,
	{ pageWhenActive, canary, preview, provenance }: Tail,
): readonly Step[] {
	if (preview !== undefined) return [beginPreviewStep(target.id, preview, provenance)];
	if (canary !== undefined) return beginCanarySteps(target.id, activeId, canary, provenance);
	return [
		...moveVisitors(target, pageWhenActive, undefined, provenance),
		...(unclaimed.length === 0 ? [] : [letDrainStep(target, unclaimed, standing)]),
	];
}

/** What killed commands left; what others are making right now is theirs. */
export function planSettling({ observation, live, leases, now, sessions }: Standing): Settlement {
	const own = withoutHalfMade(observation, live, leases);
	return settle(own.observation, own.live, now, sessions);
}

/** The cut-over of a deployment that was prepared, planned anew by what stands by now. */
export function planCutOver(
	facts: Standing & Tail & { readonly deploymentId: string },
	service: string,
): { readonly warnings: readonly string[]; readonly steps: readonly Step[] } {
	const { deploymentId: id, observation, live } = facts;
	// A person may have promoted it by hand as soon as it was healthy.
	if (live.activeId === id && durableActiveId(observation) === id) return { warnings: [], steps: [] };
	// Its own lease may have lapsed while the machine slept: that makes it no leftover to itself.
	const settlement = planSettling({ ...facts, leases: { ...facts.leases, [id]: {} } });
	// It was asked before the lock was waited for, which may be long ago.
	const { container } = backendServices(observation).find((backend) => backend.id === id) ?? {};
	const target = { id, serviceName: service, ...(container === undefined ? {} : { container }) };
	const stillAnswers = verifyAffinityStep(id, STANDING_SECONDS);
	return {
		warnings: settlement.warnings,
		steps: [...settlement.steps, stillAnswers, ...cutOverSteps(target, settlement, facts)],
	};
}
