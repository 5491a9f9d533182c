import type { Report } from 'pulse-deploy-kit/plan/perform';
import { repositoryName } from '../platform/baseline-outputs.ts';
import { deleteRule, deleteService, deleteTargetGroup } from '../platform/delete.ts';
import { orGone } from '../platform/error-names.ts';
import { deleteParameters, readParameters } from '../platform/parameters.ts';
import { describeDeployments } from '../platform/services.ts';
import { readTargetGroups } from '../platform/target-groups.ts';
import { readRules, readTraffic } from '../platform/traffic.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import { awaitTasks } from './await-tasks.ts';
import { made, type Run } from './run.ts';

/**
 * Removes everything of these deployments, whatever of it exists: found by id, not by what this run remembers, since a
 * call that failed may have been carried out. The services go first and by force, rules and target groups only once no
 * task is left, because a rule that is taken off running tasks stalls ECS.
 */
export async function removeDeployments(
	run: Run,
	ids: readonly string[],
	signal: AbortSignal,
	tell: Report,
): Promise<undefined> {
	const { aws, clock } = run.session;
	const baseline = made(run.baseline, 'the baseline');
	const wanted = new Set(ids);
	for (const id of ids) await deleteService(aws, baseline.clusterName, id, true);
	await awaitTasks(run, signal, tell, wanted);
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
	const names = parameters.filter((one) => wanted.has(one.deploymentId));
	await deleteParameters(
		aws,
		names.map((one) => one.name),
	);
	// Images that are not there are told in the answer, not thrown.
	const images = {
		repositoryName: repositoryName(baseline.ecrRepositoryUri),
		imageIds: ids.slice(0, 100).map((imageTag) => ({ imageTag })),
	};
	await orGone(aws.ecr.batchDeleteImage(images), 'RepositoryNotFoundException');
}

/** The same for what an interrupted run left, looked at again: what serves visitors by now stays (contract, decision 20). */
export async function removeLeftovers(
	run: Run,
	ids: readonly string[],
	signal: AbortSignal,
	tell: Report,
): Promise<{ removed: readonly string[]; serving: readonly string[] }> {
	const { aws } = run.session;
	const { listenerArn, clusterName } = made(run.baseline, 'the baseline');
	const [traffic, deployments] = await Promise.all([
		readTraffic(aws, listenerArn),
		describeDeployments(aws, clusterName, run.name, ids),
	]);
	const active = activeDeployment(traffic, deployments);
	const serving = deployments.filter((one) => one === active || one.state === 'active').map((one) => one.id);
	const rest = ids.filter((id) => !serving.includes(id));
	if (rest.length > 0) await removeDeployments(run, rest, signal, tell);
	return { removed: rest, serving };
}
