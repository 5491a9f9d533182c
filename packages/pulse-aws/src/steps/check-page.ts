import { checkPage as check, pinned } from 'pulse-deploy-kit/check-page';
import type { Step } from '../plan/step.ts';
import { taskId } from '../platform/tasks.ts';
import { AFFINITY_QUERY } from '../protocol.ts';
import { lastLogLines } from './log-lines.ts';
import type { Perform } from './performers.ts';
import { made, type Run } from './run.ts';

/** A page of the new deployment is no worse than the active one's. */
export function checkPageStep(id: string, path: string): Step {
	const title = `Check that ${path} of ${id} gives no server error`;
	return { kind: 'check-page', id: 'check-page', title, section: 'Health', path };
}

/** Through the load balancer, as visitors will ask for it; none of them meets the deployment yet. */
export const checkPage: Perform<'check-page'> = async ({ path }, run, signal, tell) => {
	const { host, clock, frontDoor } = run.session;
	// Told by the step before.
	if (run.unreachable) return 'not checked';
	const door = frontDoor(made(run.baseline, 'the baseline').albDnsName, run.request?.domain ?? null);
	const verdict = await check({
		path,
		id: run.id,
		clock,
		signal,
		async ask(version, until) {
			if (version === 'new') return (await door.get(pinned(path, AFFINITY_QUERY, run.id), until, 'head')).status;
			return run.previousTargetGroupArn === null ? null : (await door.get(path, until, 'head')).status;
		},
		lastLines: () => linesOfEachTask(run),
		tell,
	});
	if (verdict.kind === 'as-before') host.notify({ level: 'warning', text: verdict.text });
	return verdict.text;
};

/** Which task the load balancer asked is not told, so each one's lines are given. */
async function linesOfEachTask(run: Run): Promise<string[]> {
	const { taskArns = [] } = await run.session.aws.ecs.listTasks({
		cluster: made(run.baseline, 'the baseline').clusterName,
		serviceName: run.id,
	});
	const lines = await Promise.all(taskArns.map((arn) => lastLogLines(run, taskId(arn))));
	return lines.flat();
}
