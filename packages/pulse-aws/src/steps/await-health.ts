import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import { waitFor } from 'pulse-deploy-kit/wait';
import { judgeHealth, type Verdict } from '../health/judge.ts';
import type { Step } from '../plan/step.ts';
import { readHealth } from '../platform/health.ts';
import { lastLogLines } from './log-lines.ts';
import type { Perform } from './performers.ts';
import { made, type Run } from './run.ts';

/** Of a rollback, whose target ran already (contract A7.1). */
const BUDGET_SECONDS = 300;
/** Others wait for the lock meanwhile. */
const AGAIN_SECONDS = 30;
const INTERVALS_MS = [3000, 5000, 10_000];
const UNHEALTHY_MS = 60_000;

export function awaitHealthStep(id: string): Step {
	return { kind: 'await-health', id: 'await-health', title: `Wait until ${id} is healthy`, section: 'Health' };
}

/** The deploy lock was waited for since it was. */
export function stillHealthyStep(id: string): Step {
	const title = `Make sure that ${id} is still healthy`;
	return { kind: 'await-health', id: 'still-healthy', title, section: 'Health', again: true };
}

export const awaitHealth: Perform<'await-health'> = async ({ again = false }, run, signal, tell) => {
	const { aws, clock } = run.session;
	const { targetGroupArn, minHealthy } = made(run.target, 'the target group');
	const place = { cluster: made(run.baseline, 'the baseline').clusterName, service: run.id, targetGroupArn };
	const unhealthySince = new Map<string, number>();
	let last: Verdict | undefined;
	const check = async () => {
		const facts = await readHealth(aws, place, unhealthySince, clock.now());
		const verdict = judgeHealth(facts, { minHealthy, unhealthyMs: UNHEALTHY_MS });
		last = verdict;
		if (verdict.kind === 'failed') throw await unhealthy(run, verdict);
		if (verdict.kind === 'waiting') tell(verdict.text);
		return verdict.kind === 'healthy' ? verdict.text : undefined;
	};
	const waiting = waitFor({
		what: 'healthy targets',
		budgetMs: (again ? AGAIN_SECONDS : (run.request?.health.budgetSeconds ?? BUDGET_SECONDS)) * 1000,
		intervalsMs: INTERVALS_MS,
		clock,
		signal,
		check,
		fault: 'app',
		lastSeen: () => last?.text,
		next: 'Look at the logs of its tasks; an app that starts slowly needs a longer --health-budget, more --task-cpu or a lighter start.',
	});
	return waiting.catch((cause: unknown) => {
		if (!isDeployToolError(cause) || cause.code !== 'timeout') throw cause;
		const { fault, detail = '', next = '' } = cause;
		throw new DeployToolError('timeout', 'Timeout waiting for healthy targets', { fault, detail, next, cause });
	});
};

async function unhealthy(run: Run, verdict: Extract<Verdict, { kind: 'failed' }>): Promise<DeployToolError> {
	const lines = verdict.task === null ? [] : await lastLogLines(run, verdict.task, verdict.container);
	const detail = [verdict.text, ...(lines.length > 0 ? [`Last lines of task ${verdict.task}:`, ...lines] : [])];
	return new DeployToolError('unhealthy', `${run.id} did not become healthy.`, {
		fault: verdict.why === 'service-gone' ? 'platform' : 'app',
		detail: detail.join('\n'),
		next:
			run.previousTargetGroupArn === null
				? 'Correct the app and deploy again.'
				: 'Correct the app and deploy again; visitors are still served by the deployment before.',
	});
}
