import { stackName } from '../deployments/names.ts';
import type { Step } from '../plan/step.ts';
import { awaitStack } from '../stack/await-stack.ts';
import type { Perform } from './performers.ts';

export function repairBaselineStep(): Step {
	return {
		kind: 'repair-baseline',
		id: 'repair-baseline',
		title: 'Continue the rollback of the baseline stack',
		section: 'Baseline',
	};
}

export const repairBaseline: Perform<'repair-baseline'> = async (_step, run, signal, tell) => {
	const name = stackName(run.name);
	await run.session.aws.cloudformation.continueUpdateRollback({ StackName: name });
	const stack = await awaitStack(run.session, name, signal, tell);
	return `now ${stack.status}`;
};
