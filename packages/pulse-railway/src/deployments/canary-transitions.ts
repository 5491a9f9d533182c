import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import { WHOLE } from 'pulse-deploy-kit/canary/share';
import type { Departure } from 'pulse-deploy-kit/departure';
import type { Canary } from './canary.ts';
import { ActiveDeploymentError, CanaryOverError, CanaryShareError, DeploymentStateError } from './errors.ts';
import type { DeploymentRecord } from './record.ts';
import { change, type LiveState, outOfCanary, type Transition } from './transitions.ts';

/** A pending deployment gets its share of new visitors; another canary ends, and those who are on that one stay. Again is the same. */
export function beginCanary(state: LiveState, id: string, terms: CanaryTerms, now: number): Transition<Canary> {
	const { canary: other } = state;
	if (other?.id === id) return { state, result: other };
	if (state.activeId === id) throw new ActiveDeploymentError(id);
	const known = state.records.get(id);
	if (known?.state !== 'pending' || state.activeId === null) {
		throw new DeploymentStateError(id, known?.state ?? 'retiring', 'begin a canary with');
	}
	// Two rollouts must not have one name.
	const beganAt = Math.max(now, (other?.beganAt ?? 0) + 1);
	const canary: Canary = { id, ...terms, beganAt, sharedAt: beganAt };
	return { state: change(state, { canary, put: outOfCanary(state, now) }), result: canary };
}

export interface Widening {
	readonly id: string;
	/** Of that rollout alone. */
	readonly beganAt: number;
	/** The shares from now on. A share that it has already keeps its time. */
	readonly terms: CanaryTerms;
	/** From this share alone: another router, or an operator, was quicker. Left out: from any. */
	readonly from?: number | undefined;
}

/** More new visitors get it; open pages stay where they are. Again is the same. */
export function widenCanary(state: LiveState, widening: Widening, now: number): Transition<Canary> {
	const { id, beganAt, terms, from } = widening;
	const { canary } = state;
	if (canary?.id !== id || canary.beganAt !== beganAt) throw new CanaryOverError(id);
	if (from !== undefined && canary.share !== from) return { state, result: canary };
	if (terms.share < canary.share) throw new CanaryShareError(id, canary.share);
	const sharedAt = terms.share === canary.share ? canary.sharedAt : Math.max(now, canary.sharedAt);
	const widened: Canary = { ...canary, ...terms, sharedAt };
	if (encoded(widened) === encoded(canary)) return { state, result: canary };
	return { state: change(state, { canary: widened }), result: widened };
}

export interface Ending {
	readonly id: string;
	/** Of that rollout alone. Left out: of any. */
	readonly beganAt?: number | undefined;
	/** Its visitors are moved by then. Left out: they stay until they leave. */
	readonly departure?: Departure | undefined;
}

/** `pending → draining`: it gets no new visitors any more. `null`, and nothing changes, where it has ended or become active before. */
export function endCanary(state: LiveState, ending: Ending, now: number): Transition<DeploymentRecord | null> {
	const { canary } = state;
	const { id, beganAt, departure } = ending;
	if (canary?.id !== id || (beganAt ?? canary.beganAt) !== canary.beganAt) return { state, result: null };
	const [drained] = outOfCanary(state, now);
	if (drained === undefined) return { state, result: null };
	const record = departure === undefined ? drained : { ...drained, departure };
	return { state: change(state, { canary: null, put: [record] }), result: record };
}

/** Everybody new gets it by now: all that is left is to make it active. */
export function isWhole({ share }: Canary): boolean {
	return share === WHOLE;
}

function encoded({ share, next, everyMs }: Canary): string {
	return JSON.stringify([share, next, everyMs]);
}
