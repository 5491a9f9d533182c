import { shareText } from 'pulse-deploy-kit/canary/share';
import { standing } from 'pulse-deploy-kit/departure';
import { DeployToolError, isDeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { type Deployment, isRetiring } from '../deployments/deployment.ts';
import { bringBackStep } from '../steps/bring-back.ts';
import { activeDeployment, activeTargetGroup } from '../traffic/traffic.ts';
import { endingFacts, refuseAfterCanary, runningCanary } from './canary.ts';
import { answersThere, moveVisitors } from './cut-over.ts';
import type { Fleet } from './observation.ts';
import { settleFirst } from './settle.ts';
import { sideBySide } from './side-by-side.ts';
import { type Plan, planOf, sentTo } from './step.ts';

/**
 * Back to a deployment that still lives.
 * @param wanted id; `null`: the one that began to drain last
 * @param now Unix ms
 */
export function planRollback(fleet: Fleet, wanted: string | null, now: number): Plan & { readonly target: Deployment } {
	const active = activeDeployment(fleet.traffic, fleet.deployments);
	const others = fleet.deployments.filter((one) => one !== active && one.desired > 0 && !isRetiring(one, now));
	const living = others.filter((one) => isLiving(one) || (one.state === 'canary' && one.id === wanted));
	const settle = settleFirst(fleet);
	const isHalfDone = active !== null && isLeftByRollback(active, living);
	if (active !== null && settle.length > 0 && (wanted === active.id || (wanted === null && isHalfDone))) {
		// A rollback was interrupted after its switch: finish that one.
		return { ...planOf('rollback', active.id, settle), target: active };
	}
	const unasked = living.filter((one) => standing(one.departure)?.recalled !== true && one.neverActive !== true);
	const target = wanted === null ? last(unasked) : others.find((one) => one.id === wanted);
	const next = `Living ones: ${living.length === 0 ? 'none' : living.map((one) => one.id).join(', ')}.`;
	const recalled = last(living.filter((one) => one.neverActive !== true));
	if (target === undefined && wanted === null && recalled !== undefined) {
		throw new DeployToolError('nothing-to-roll-back-to', `The only earlier deployment, ${recalled.id}, was recalled.`, {
			fault: 'user',
			next: `Going back to it takes that back: pulse-aws rollback ${recalled.id}`,
		});
	}
	if (target === undefined && wanted === null) {
		throw new DeployToolError('nothing-to-roll-back-to', 'No earlier deployment is running any more.', {
			fault: 'user',
			detail: 'The reaper ends what nobody uses once its rollback window is over (--rollback-window).',
			next: 'Make the earlier version anew, from its image: pulse-aws rollback --redeploy',
		});
	}
	if (wanted === active?.id) throw usageError(`${wanted} is active already`, next);
	if (target?.state === 'preview')
		throw usageError(`${target.id} is a preview, which never becomes active`, 'Deploy that version: pulse-aws deploy');
	if (target === undefined)
		throw usageError(
			`deployment '${wanted}' is not running`,
			`${next} Anew, from its image: pulse-aws rollback --redeploy ${wanted}`,
		);
	if (!living.includes(target)) throw usageError(`${target.id} was never active: it is still starting`, next);
	const { id } = target;
	const how = { standing: true } as const;
	// A canary is never retired, so it need not be brought back.
	const stays = target.state === 'canary' ? [] : [[bringBackStep(target)]];
	const ready = sideBySide('ready', ...stays, answersThere(id, null, how));
	const canary = runningCanary(fleet);
	const steps = [...settle, ...ready, ...moveVisitors(id, { verified: true, canary: canary?.id ?? null, how })];
	const committed = sentTo(id, activeTargetGroup(fleet.traffic) !== null);
	const takenBack = standing(target.departure);
	const facts = [
		...(canary?.id === id ? [`Canary now: ${shareText(canary.share)} of new visitors`] : endingFacts(canary)),
		...(takenBack === undefined
			? []
			: [`${id} was ${takenBack.recalled ? 'recalled' : 'to be left'}: that is taken back`]),
	];
	return { ...planOf('rollback', id, steps, facts), committed, target };
}

const isLiving = ({ state }: Deployment) => state === 'draining' || state === 'active';

/** Where a rollback without an id goes now; `null`: it would be refused. `now` in Unix ms. */
export function rollbackTarget(fleet: Fleet, now: number): string | null {
	const active = activeDeployment(fleet.traffic, fleet.deployments);
	// The canary ends, and all new visitors get the active one again.
	if (active !== null && runningCanary(fleet) !== null) return active.id;
	try {
		refuseAfterCanary(fleet, active);
		return planRollback(fleet, null, now).target.id;
	} catch (error) {
		if (isDeployToolError(error)) return null;
		throw error;
	}
}

/**
 * Whether it was a rollback that sent visitors there and was killed before it had written both states, whichever it had: only a
 * rollback leaves its target draining, and only a rollback goes from what was started later to what was started before.
 */
function isLeftByRollback(active: Deployment, living: readonly Deployment[]): boolean {
	const left = living.filter(({ state }) => state === 'active');
	return active.state === 'draining' || (active.state === 'active' && left.some(({ id }) => id > active.id));
}

/** The one that visitors were on before: not yet marked draining, else the one that was marked last. */
function last(living: readonly Deployment[]): Deployment | undefined {
	const since = (one: Deployment) => (one.state === 'active' ? Number.POSITIVE_INFINITY : (one.drainStartedAt ?? 0));
	return [...living].sort((a, b) => since(b) - since(a) || b.createdAt - a.createdAt)[0];
}
