import { MOVE_WITHIN_MS } from 'pulse-deploy-kit/canary/verdict';
import type { Deployment } from '../deployments/deployment.ts';
import { readParameters } from '../platform/parameters.ts';
import { readDeployments } from '../platform/services.ts';
import { writeDeparture, writeState } from '../platform/state.ts';
import { readTraffic } from '../platform/traffic.ts';
import { removeCanaryRules, setShare } from '../stack/rollout.ts';
import { type CanaryTraffic, canaryTraffic } from '../traffic/canary-rules.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { ActContext } from './act.ts';
import { contradiction } from './decide.ts';
import { type CanaryAction, type CanaryView, decideCanary } from './decide-canary.ts';
import type { ReaperAws } from './observe.ts';
import { observeCanary } from './observe-canary.ts';

/**
 * Under the deploy lock, decided anew by what stands then: while it was waited for, a command may have ended this canary and begun
 * another one. Returns `false` where the world had changed, or a command is at work.
 */
export async function actOnCanary(context: ActContext, action: CanaryAction): Promise<boolean> {
	const done = await context.locked(async ({ aws, confirm }) => {
		const seen = await look({ ...context, aws });
		const active = activeDeployment(seen.traffic, seen.deployments);
		if (contradiction(seen, active) !== null) return false;
		const again = decideCanary(seen, active, context.clock.now());
		if (again === null || !isSame(again, action)) return false;
		const sendsMore = again.kind === 'widen-canary' || again.kind === 'complete-canary';
		if (sendsMore && !(await isWell(aws, canaryOf(seen, again)))) return false;
		await confirm();
		return carryOut({ ...context, aws }, again, seen, active);
	});
	return done === true;
}

async function look({ aws, place, clock }: Pick<ActContext, 'aws' | 'place' | 'clock'>): Promise<CanaryView> {
	const [traffic, parameters, deployments] = await Promise.all([
		readTraffic(aws, place.listenerArn),
		readParameters(aws, place.name),
		readDeployments(aws, place.cluster, place.name),
	]);
	const canary = await observeCanary(aws, place, parameters, clock.now());
	return { traffic, parameters, deployments, canary };
}

function isSame(one: CanaryAction, other: CanaryAction): boolean {
	if (one.id !== other.id) return false;
	if (one.kind === 'end-canary' || other.kind === 'end-canary') return one.kind === other.kind;
	if (one.kind !== 'widen-canary' || other.kind !== 'widen-canary') {
		return one.kind === other.kind && beganAt(one) === beganAt(other);
	}
	return beganAt(one) === beganAt(other) && one.rollout.share === other.rollout.share;
}

const beganAt = (action: Exclude<CanaryAction, { kind: 'end-canary' }>) =>
	action.kind === 'widen-canary' ? action.rollout.beganAt : action.beganAt;

const canaryOf = ({ deployments }: CanaryView, { id }: CanaryAction) => deployments.find((one) => one.id === id);

/** As `promote` waits for it: tasks that do not answer count nothing. What is not well by now may be with the next run. */
async function isWell({ elb }: Pick<ReaperAws, 'elb'>, canary: Deployment | undefined): Promise<boolean> {
	if (canary?.targetGroupArn == null) return false;
	const { TargetHealthDescriptions = [] } = await elb.describeTargetHealth({ TargetGroupArn: canary.targetGroupArn });
	const healthy = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy');
	return healthy.length >= Math.max(1, canary.desired);
}

async function carryOut(
	context: ActContext,
	action: CanaryAction,
	seen: CanaryView,
	active: Deployment | null,
): Promise<boolean> {
	const { aws, place, clock } = context;
	const { name, listenerArn } = place;
	const rules = canaryTraffic(seen.traffic);
	const canary = canaryOf(seen, action);
	switch (action.kind) {
		case 'end-canary':
			if (!isBeside(canary, seen, rules)) await removeCanaryRules(aws, name, listenerArn);
			if (canary?.state === 'canary' && canary !== active) await drain(aws, name, canary, clock.now());
			return true;
		case 'halt-canary': {
			const now = clock.now();
			// First that it is recalled: cut off after that, the next run ends what is left of it, and its visitors move all the same.
			if (canary !== undefined) {
				await drain(aws, name, canary, now);
				await writeDeparture(aws, { name, ...canary }, { by: now + MOVE_WITHIN_MS, recalled: true, saidAt: now });
			}
			await removeCanaryRules(aws, name, listenerArn);
			return true;
		}
		case 'widen-canary':
			await setShare(aws, name, rules as CanaryTraffic, action.rollout);
			return true;
		case 'complete-canary':
			return complete(context, canary as Deployment, rules as CanaryTraffic);
	}
}

/** What is left of one, while another one runs or is just being begun. */
function isBeside(one: Deployment | undefined, { canary }: CanaryView, rules: CanaryTraffic | null): boolean {
	if (one === undefined) return false;
	const leadsTo = rules?.canaryTargetGroupArn ?? null;
	return leadsTo === null ? (canary.rollout?.id ?? one.id) !== one.id : leadsTo !== one.targetGroupArn;
}

function drain(aws: ReaperAws, name: string, deployment: Deployment, now: number): Promise<void> {
	return writeState(aws, { name, ...deployment }, 'draining', now);
}

/** As `promote` does it: what is left undone where this is killed, the next run puts right. */
async function complete({ aws, place, clock }: ActContext, canary: Deployment, rules: CanaryTraffic): Promise<boolean> {
	const { name, cluster, listenerArn } = place;
	if (canary.targetGroupArn === null) return false;
	const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: canary.targetGroupArn }];
	await aws.elb.modifyListener({ ListenerArn: listenerArn, DefaultActions });
	await removeCanaryRules(aws, name, listenerArn);
	await writeState(aws, { name, ...canary }, 'active', null);
	const before = (await readDeployments(aws, cluster, name)).filter(
		(one) => one.state === 'active' && one.targetGroupArn === rules.activeTargetGroupArn,
	);
	for (const one of before) await drain(aws, name, one, clock.now());
	return true;
}
