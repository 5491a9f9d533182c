import { DeployToolError } from 'pulse-deploy-kit/errors';
import { idsOf } from '../stack/fleet.ts';
import { stillMade } from '../stack/still-made.ts';
import { awaitTasksStep } from '../steps/await-tasks.ts';
import { deleteParametersStep } from '../steps/delete-parameters.ts';
import { deleteStackStep } from '../steps/delete-stack.ts';
import { removeDeploymentsStep } from '../steps/remove-deployments.ts';
import { stopRoutingStep } from '../steps/stop-routing.ts';
import type { Observation } from './observation.ts';
import { type Plan, planOf, type Step } from './step.ts';

/**
 * Everything of one name, in the order in which AWS lets go of it.
 * @param force deletes deployments that still run
 */
export function planTeardown(name: string, { stack, fleet }: Observation, force: boolean): Plan {
	for (const [id, lease] of fleet?.leases ?? []) throw stillMade(id, lease);
	const running = fleet?.deployments.filter((one) => one.desired > 0) ?? [];
	if (running.length > 0 && !force) {
		throw new DeployToolError('deployments-running', `${running.length} active Pulse service(s) found`, {
			fault: 'user',
			detail: running.map((one) => one.id).join('\n'),
			next: 'Run it again with --force to end them, and every session on them.',
		});
	}
	const lapsed = fleet?.lapsed ?? new Map<string, string>();
	// Of an id that a sleeping deploy has taken there may be more than was seen.
	const ids =
		fleet === null ? [] : idsOf(fleet).filter((id) => fleet.reserved?.includes(id) !== true || lapsed.has(id));
	const steps: Step[] = [];
	if (fleet !== null) steps.push(stopRoutingStep(lapsed));
	if (ids.length > 0) steps.push(removeDeploymentsStep(ids, 'teardown'));
	// A cluster in which a task is still ending cannot be deleted, and an interrupted teardown may have left some.
	if (fleet !== null) steps.push(awaitTasksStep());
	if (stack.condition !== 'absent') steps.push(deleteStackStep());
	steps.push(deleteParametersStep());
	return planOf('teardown', name, steps, ['The certificate is kept.']);
}
