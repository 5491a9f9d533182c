import { MOVE_WITHIN_MS } from 'pulse-deploy-kit/canary/verdict';
import type { Deployment } from '../deployments/deployment.ts';
import { describeDeployments, readDeployments } from '../platform/services.ts';
import { writeDeparture, writeState } from '../platform/state.ts';
import { readTraffic } from '../platform/traffic.ts';
import { readRunningRollout, removeCanaryRules, setShare } from '../stack/rollout.ts';
import { type CanaryTraffic, canaryTraffic } from '../traffic/canary-rules.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { ActContext } from './act.ts';
import type { CanaryAction } from './decide-canary.ts';
import type { ReaperAws } from './observe.ts';

/** Under the deploy lock, by what stands then. Returns `false` where the world had changed, or a command is at work. */
export async function actOnCanary(context: ActContext, action: CanaryAction): Promise<boolean> {
	const done = await context.locked(async ({ aws, confirm }) => {
		const seen = await look({ ...context, aws }, action.id);
		if (!isAsDecided(action, seen)) return false;
		await confirm();
		return carryOut({ ...context, aws }, action, seen);
	});
	return done === true;
}

type Looked = Awaited<ReturnType<typeof look>>;

async function look({ aws, place }: Pick<ActContext, 'aws' | 'place'>, id: string) {
	const [traffic, rollout, deployments] = await Promise.all([
		readTraffic(aws, place.listenerArn),
		readRunningRollout(aws, place.name),
		describeDeployments(aws, place.cluster, place.name, [id]),
	]);
	const [canary] = deployments;
	const isActive = activeDeployment(traffic, deployments) !== null;
	return { traffic, rules: canaryTraffic(traffic), rollout, canary, isActive };
}

function isAsDecided(action: CanaryAction, { rules, rollout, canary, isActive }: Looked): boolean {
	if (action.kind === 'end-canary') return true;
	const beganAt = action.kind === 'widen-canary' ? action.rollout.beganAt : action.beganAt;
	const isSame = rollout?.id === action.id && rollout.beganAt === beganAt && canary?.state === 'canary' && !isActive;
	if (!isSame || rules?.draw == null) return false;
	// An operator was quicker.
	return action.kind !== 'widen-canary' || rules.draw.share === action.from;
}

async function carryOut(context: ActContext, action: CanaryAction, seen: Looked): Promise<boolean> {
	const { aws, place, clock } = context;
	const { name, listenerArn } = place;
	const { canary, rules } = seen;
	switch (action.kind) {
		case 'end-canary':
			await removeCanaryRules(aws, name, listenerArn);
			if (canary?.state === 'canary' && !seen.isActive) await drain(aws, name, canary, clock.now());
			return true;
		case 'halt-canary': {
			await removeCanaryRules(aws, name, listenerArn);
			if (canary === undefined) return true;
			const now = clock.now();
			await drain(aws, name, canary, now);
			await writeDeparture(aws, { name, ...canary }, { by: now + MOVE_WITHIN_MS, recalled: true, saidAt: now });
			return true;
		}
		case 'widen-canary':
			await setShare(aws, name, rules as CanaryTraffic, action.rollout);
			return true;
		case 'complete-canary':
			return complete(context, canary as Deployment, rules as CanaryTraffic);
	}
}

function drain(aws: ReaperAws, name: string, deployment: Deployment, now: number): Promise<void> {
	return writeState(aws, { name, ...deployment }, 'draining', now);
}

/** As `promote` does it: what is left undone where this is killed, the next run puts right. */
async function complete({ aws, place, clock }: ActContext, canary: Deployment, rules: CanaryTraffic): Promise<boolean> {
	const { name, cluster, listenerArn } = place;
	if (canary.targetGroupArn === null || canary.running === 0) return false;
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
