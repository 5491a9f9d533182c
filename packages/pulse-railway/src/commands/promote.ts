import { type CanaryTerms, canaryTerms, widenSettings } from 'pulse-deploy-kit/canary/settings';
import { WHOLE } from 'pulse-deploy-kit/canary/share';
import type { Invocation } from 'pulse-deploy-kit/command';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import { redeploySetting } from 'pulse-deploy-kit/rollback-settings';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import type { Session } from '../adapters/session.ts';
import {
	optionalDeploymentId,
	requiredDeploymentId,
	type ServiceTarget,
	serviceTarget,
} from '../config/service-target.ts';
import { planCanary, planEndCanary } from '../plan/canary.ts';
import { planPromote, previousActive, refuseAfterCanary } from '../plan/promote.ts';
import { durableActiveId } from '../stack/durable.ts';
import { sessionsOn } from '../stack/sessions.ts';
import type { Outcome } from './carry-out.ts';
import { changeStack } from './change-stack.ts';

/** A person who rolls back has no time, and the deployment to get away from may hang. */
const PROBE_MS = 500;

export interface PromoteRequest extends ServiceTarget {
	readonly verb: 'promote' | 'rollback';
	/** Default of a rollback: the deployment that was active before. */
	readonly deploymentId: string | undefined;
	/** It is to be a canary, or one with a larger share; `undefined`: it gets all new visitors. */
	readonly canary: CanaryTerms | undefined;
	/** Of a rollback: starts it again where it does not run any more. */
	readonly redeploy: boolean;
}

export interface PromoteResult {
	readonly deployment_id: string;
	readonly previous_deployment_id: string | null;
	readonly server_address: string;
	/** Percent of new visitors that it gets as a canary; `null`: it is active. */
	readonly canary_percent: number | null;
	/** The canary that no new visitor gets any more. */
	readonly ended_canary: string | null;
	/** It did not run any more, and was started again. */
	readonly redeployed: boolean;
}

export async function promoteRequest(typed: Invocation): Promise<PromoteRequest> {
	const { to, every } = resolveSettings(widenSettings, typed).values;
	const terms = canaryTerms('--to', to, every);
	const canary = terms?.share === WHOLE ? undefined : terms;
	return {
		...(await serviceTarget(typed)),
		verb: 'promote',
		deploymentId: requiredDeploymentId(typed),
		canary,
		redeploy: false,
	};
}

export async function rollbackRequest(typed: Invocation): Promise<PromoteRequest> {
	const deploymentId = optionalDeploymentId(typed);
	const { redeploy } = resolveSettings({ redeploy: redeploySetting }, typed).values;
	return { ...(await serviceTarget(typed)), verb: 'rollback', deploymentId, canary: undefined, redeploy };
}

/** Both `promote` and `rollback`; without an id the target is who was active before. To the active one beside a canary: that ends. */
export function promote(session: Session, request: PromoteRequest): Promise<Outcome<PromoteResult>> {
	const { verb, deploymentId, routerService, canary: terms } = request;
	const stack = { ...request, command: `${verb} ${deploymentId ?? ''}`.trim(), probeMs: PROBE_MS };
	return changeStack(session, stack, ({ observation, live, router }) => {
		const { snapshot } = live;
		const { canary: runs, activeId } = snapshot;
		const facts = { observation, live: snapshot, routerService, activeSessions: sessionsOn(live, activeId) };
		const wanted = deploymentId ?? (verb === 'rollback' ? activeId : null);
		const settled = activeId !== null && durableActiveId(observation) === activeId;
		const takesBack = runs !== undefined && settled && wanted === activeId && terms === undefined;
		if (verb === 'rollback' && deploymentId === undefined) refuseAfterCanary(facts);
		const id = takesBack ? activeId : (deploymentId ?? previousActive(facts));
		const planned = () => {
			if (takesBack) return planEndCanary(runs, activeId);
			if (terms !== undefined) return planCanary({ ...facts, canaries: live.canaries === true }, id, terms);
			return { ...planPromote(facts, id), title: `${verb === 'rollback' ? 'Roll back to' : 'Promote'} ${id}` };
		};
		const plan = planned();
		const goesOn = runs === undefined || (runs.id === id && !takesBack) || plan.steps.length === 0;
		const result = () => ({
			deployment_id: id,
			previous_deployment_id: activeId,
			server_address: router.origins[0] ?? router.controlOrigin,
			canary_percent: terms === undefined ? null : terms.share / 100,
			ended_canary: goesOn ? null : runs.id,
			redeployed: false,
		});
		const state = snapshot.deployments.find((record) => record.id === id)?.state ?? 'pending';
		const halfMade = state === 'pending' && runs?.id !== id ? id : undefined;
		return { plan, questions: goOn(plan), result, halfMade };
	});
}
