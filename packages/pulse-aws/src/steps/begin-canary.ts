import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import { shareText } from 'pulse-deploy-kit/canary/share';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { NotCommittedError } from 'pulse-deploy-kit/plan/guard';
import type { Report } from 'pulse-deploy-kit/plan/perform';
import { awsClock } from '../adapters/session.ts';
import type { Deployment } from '../deployments/deployment.ts';
import type { Step } from '../plan/step.ts';
import { writeState } from '../platform/state.ts';
import { readTraffic } from '../platform/traffic.ts';
import { takeBackRollout, writeRollout } from '../stack/rollout.ts';
import { type Rollout, rolloutName } from '../task/rollout.ts';
import {
	type CanaryWeight,
	canaryTraffic,
	drawAction,
	drawnCondition,
	NEW_PAGE,
	weightsOf,
} from '../traffic/canary-rules.ts';
import { CANARY_PRIORITY, type Rule } from '../traffic/rule.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import { awaitCanaryTasks } from './await-canary-tasks.ts';
import { createForward } from './create-rule.ts';
import type { Perform } from './performers.ts';
import { made, type Run } from './run.ts';

export function beginCanaryStep(id: string, active: Deployment, terms: CanaryTerms): Step {
	return {
		kind: 'begin-canary',
		id: 'begin-canary',
		title: `Send ${shareText(terms.share)} of new visitors to ${id}`,
		section: 'Traffic',
		active,
		terms,
		commitPoint: true,
	};
}

/**
 * Tasks of both sides know of it before the load balancer draws the first visitor: they set the cookie by which a visitor stays.
 * The rule that draws comes last, and is the commit point; until then what was made is taken back here, and no visitor has
 * noticed.
 */
export const beginCanary: Perform<'begin-canary'> = async ({ active, terms }, run, signal, tell) => {
	const { aws } = run.session;
	const { id, name } = run;
	const { targetGroupArn, serviceArn } = made(run.target, 'the target');
	// The reaper counts from there.
	const beganAt = awsClock(run.session).now();
	const rollout: Rollout = { id, activeId: active.id, ...terms, beganAt, sharedAt: beganAt };
	try {
		await writeState(aws, { name, id, serviceArn: made(serviceArn, 'the service') }, 'canary', null);
		await writeRollout(aws, name, rollout);
		await known(run, rollout, signal, tell);
		await stillActive(run, active);
		let rules: readonly Pick<Rule, 'priority'>[] = run.fleet?.traffic.rules ?? [];
		for (const side of ['canary', 'active'] as const) {
			const TargetGroupArn = side === 'canary' ? targetGroupArn : (active.targetGroupArn ?? '');
			const rule = { conditions: drawnCondition(rolloutName(rollout), side), from: CANARY_PRIORITY };
			({ rules } = await createForward(run, { ...rule, action: { Type: 'forward', TargetGroupArn } }, rules));
		}
		await draw(run, weightsOf(terms.share, targetGroupArn, active.targetGroupArn ?? ''));
	} catch (error) {
		if (await draws(run)) throw error;
		await takeBack(run, rollout);
		throw new NotCommittedError(error);
	}
	run.tell({ event: 'canary', id, percent: terms.share / 100, ...madeOf(run) });
	return undefined;
};

function madeOf({ imageUri: image, request }: Run) {
	return { image, commit: request?.commit ?? null, message: request?.message ?? null };
}

async function known(run: Run, rollout: Rollout, signal: AbortSignal, tell: Report): Promise<void> {
	await awaitCanaryTasks(run, rollout, signal, tell);
	await run.confirmLock();
}

async function stillActive(run: Run, active: Deployment): Promise<void> {
	const traffic = await readTraffic(run.session.aws, made(run.baseline, 'the baseline').listenerArn);
	if (activeDeployment(traffic, [active]) !== null && canaryTraffic(traffic) === null) return;
	throw new DeployToolError('overtaken', `${active.id} is not what new visitors get any more`, {
		fault: 'user',
		next: 'Look at pulse-aws status, then run the same command again.',
	});
}

function draw(run: Run, groups: ReturnType<typeof weightsOf>): Promise<unknown> {
	return createForward(run, { conditions: NEW_PAGE, from: CANARY_PRIORITY + 10, action: drawAction(groups) });
}

/** An answer that was lost may have been carried out: where that cannot be told, nothing is undone. */
async function draws({ ungated: { aws }, baseline, target }: Run): Promise<boolean> {
	const traffic = await readTraffic(aws, made(baseline, 'the baseline').listenerArn).catch(() => null);
	if (traffic === null) return true;
	const isOwn = ({ TargetGroupArn: arn }: CanaryWeight) => arn === target?.targetGroupArn;
	return traffic.rules.some(({ canary }) => canary?.kind === 'draw' && canary.weights.some(isOwn));
}

/** But for the deployment, which the deploy itself takes back. Left standing, the reaper ends it. */
async function takeBack({ ungated: { aws }, baseline, name }: Run, rollout: Rollout): Promise<void> {
	await takeBackRollout(aws, name, made(baseline, 'the baseline').listenerArn, rollout);
}
