import type { Report } from 'pulse-deploy-kit/plan/perform';
import type { Step } from '../plan/step.ts';
import { repositoryName } from '../platform/baseline-outputs.ts';
import { deleteRule, deleteService, deleteTargetGroup } from '../platform/delete.ts';
import { orGone } from '../platform/error-names.ts';
import { deleteParameters, readParameters } from '../platform/parameters.ts';
import { readTargetGroups } from '../platform/target-groups.ts';
import { readRules } from '../platform/traffic.ts';
import { ownerParameter } from '../protocol.ts';
import { awaitEndOfTasks } from './await-tasks.ts';
import type { Perform } from './performers.ts';
import { made, type Run } from './run.ts';

export function removeDeploymentsStep(ids: readonly string[], why: string): Step {
	return {
		kind: 'remove-deployments',
		id: 'remove-deployments',
		title: `Remove ${ids.join(', ')} (${why})`,
		section: 'What is left over',
		ids,
	};
}

export const removeDeployments: Perform<'remove-deployments'> = async ({ ids }, run, signal, tell) => {
	await removeAllOf(run, ids, signal, tell);
	for (const id of ids) run.tell({ event: 'deleted', id });
	return undefined;
};

/**
 * Removes everything of these deployments, whatever of it exists: found by id, not by what this run remembers, since a
 * call that failed may have been carried out. The services go first and by force, rules and target groups only once no
 * task is left, because a rule that is taken off running tasks stalls ECS.
 */
export async function removeAllOf(run: Run, ids: readonly string[], signal: AbortSignal, tell: Report): Promise<void> {
	const { aws, clock } = run.session;
	const baseline = made(run.baseline, 'the baseline');
	const wanted = new Set(ids);
	for (const id of ids) await deleteService(aws, baseline.clusterName, id, true);
	await awaitEndOfTasks(run, signal, tell, wanted);
	const [rules, groups, parameters] = await Promise.all([
		readRules(aws, baseline.listenerArn),
		readTargetGroups(aws, baseline.vpcId, run.name),
		readParameters(aws, run.name),
	]);
	for (const rule of rules)
		if (rule.deploymentId !== null && wanted.has(rule.deploymentId)) await deleteRule(aws, rule.arn);
	for (const group of groups) {
		if (wanted.has(group.deploymentId)) await deleteTargetGroup(aws, group.arn, clock, signal);
	}
	// Images that are not there are told in the answer, not thrown.
	const images = {
		repositoryName: repositoryName(baseline.ecrRepositoryUri),
		imageIds: ids.slice(0, 100).map((imageTag) => ({ imageTag })),
	};
	await orGone(aws.ecr.batchDeleteImage(images), 'RepositoryNotFoundException');
	// The lease of this very run is given back by its holder, once nothing else is left.
	const held = run.lease?.isTaken === true ? ownerParameter(run.name, run.id) : null;
	const names = parameters.filter((one) => wanted.has(one.deploymentId) && one.name !== held);
	await deleteParameters(
		aws,
		names.map((one) => one.name),
	);
}
