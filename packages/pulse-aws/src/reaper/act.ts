import type { Clock } from 'pulse-deploy-kit/clock';
import type { Deployment } from '../deployments/deployment.ts';
import { deleteRule, deleteService, deleteTargetGroup, scaleToZero } from '../platform/delete.ts';
import { inBatches } from '../platform/pages.ts';
import { deleteParameters } from '../platform/parameters.ts';
import { describeDeployments } from '../platform/services.ts';
import { markRetiring, writeState } from '../platform/state.ts';
import { readTasks } from '../platform/tasks.ts';
import { readTraffic } from '../platform/traffic.ts';
import { taskStateParameter } from '../protocol.ts';
import { canaryTraffic } from '../traffic/canary-rules.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import { actOnCanary } from './act-on-canary.ts';
import { type Action, departureOver, isOver } from './decide.ts';
import type { DeployLock } from './lock.ts';
import type { Place, ReaperAws } from './observe.ts';

export interface ActContext {
	readonly aws: ReaperAws;
	readonly place: Place;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly locked: DeployLock;
}

/** Carries one action out. Returns `false` where the world had changed since it was decided. */
export async function act(context: ActContext, action: Action): Promise<boolean> {
	const { aws, place } = context;
	switch (action.kind) {
		case 'halt-canary':
		case 'end-canary':
		case 'widen-canary':
		case 'complete-canary':
			return actOnCanary(context, action);
		case 'mark-active':
			await writeState(aws, { name: place.name, ...action }, 'active', null);
			return true;
		case 'mark-draining':
			await writeState(aws, { name: place.name, ...action }, 'draining', action.since);
			return true;
		case 'scale-down':
			return scaleDown(context, action);
		case 'delete-deployment':
			await deleteRouting(context, action);
			await deleteService(aws, place.cluster, action.id, false);
			// Last: as long as anything else is left, the service or its parameters lead the next run to it.
			await deleteParameters(aws, action.parameters);
			return true;
		case 'delete-orphans':
			await deleteRouting(context, action);
			await deleteParameters(aws, action.parameters);
			return true;
		case 'deregister-task-definitions':
			for (const taskDefinition of action.arns) await aws.ecs.deregisterTaskDefinition({ taskDefinition });
			return true;
		case 'delete-images':
			await deleteImages(context, action.tags);
			return true;
	}
}

/**
 * A rollback may bring the deployment back while this runs, or a user come back to it: listener, tags and what its tasks
 * say are read once more. It is marked before that: a rollback that came first is seen here, and one that comes later
 * finds the mark and turns round (`refuseRetired`).
 */
async function scaleDown(context: ActContext, action: Extract<Action, { kind: 'scale-down' }>): Promise<boolean> {
	const { aws, place, clock } = context;
	const seen = await mayEnd(context, action);
	if (seen === null) return false;
	await markRetiring(aws, seen.serviceArn, clock.now());
	if ((await mayEnd(context, action)) === null) {
		await markRetiring(aws, seen.serviceArn, null);
		return false;
	}
	await scaleToZero(aws, place.cluster, action.id);
	return true;
}

async function mayEnd(
	{ aws, place, clock }: ActContext,
	{ id, reason }: Extract<Action, { kind: 'scale-down' }>,
): Promise<Deployment | null> {
	const traffic = await readTraffic(aws, place.listenerArn);
	const [deployment] = await describeDeployments(aws, place.cluster, place.name, [id]);
	if (deployment === undefined) return null;
	if (deployment.state === 'active' || activeDeployment(traffic, [deployment]) !== null) return null;
	// Who was drawn is sent to either side, also where a command, or an older one, has made another deployment active.
	const canary = canaryTraffic(traffic);
	const drawn = [canary?.canaryTargetGroupArn, canary?.activeTargetGroupArn];
	if (deployment.targetGroupArn !== null && drawn.includes(deployment.targetGroupArn)) return null;
	if (reason === 'drained' && !(await stillDrained(aws, place, id))) return null;
	if (reason === 'preview-over' && !isOver(deployment, clock.now())) return null;
	const byTime = reason === 'recalled' || reason === 'drain-deadline';
	return byTime && departureOver(deployment, clock.now()) === null ? null : deployment;
}

async function stillDrained(aws: ReaperAws, place: Place, id: string): Promise<boolean> {
	const tasks = (await readTasks(aws, place.cluster)).get(id) ?? [];
	const names = tasks.map((task) => taskStateParameter(place.name, id, task));
	const words = await inBatches(names, 10, async (Names) => (await aws.ssm.getParameters({ Names })).Parameters);
	return words.length === tasks.length && words.every((one) => one.Value === 'draining');
}

async function deleteRouting(
	{ aws, clock, signal }: ActContext,
	routing: { readonly ruleArns: readonly string[]; readonly targetGroupArns: readonly string[] },
): Promise<void> {
	for (const arn of routing.ruleArns) await deleteRule(aws, arn);
	for (const arn of routing.targetGroupArns) await deleteTargetGroup(aws, arn, clock, signal);
}

async function deleteImages({ aws, place }: ActContext, tags: readonly string[]): Promise<void> {
	const BATCH = 100;
	for (let at = 0; at < tags.length; at += BATCH) {
		const imageIds = tags.slice(at, at + BATCH).map((imageTag) => ({ imageTag }));
		await aws.ecr.batchDeleteImage({ repositoryName: place.repository, imageIds });
	}
}
