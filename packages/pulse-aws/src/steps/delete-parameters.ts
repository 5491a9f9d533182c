import { appLogGroup, historyParameters, noticesParameter, notifyParameter } from '../deployments/names.ts';
import type { Step } from '../plan/step.ts';
import { orGone } from '../platform/error-names.ts';
import { deleteParameters, readParameters } from '../platform/parameters.ts';
import { deleteTaskDefinitions } from '../platform/revisions.ts';
import type { Perform } from './performers.ts';

export function deleteParametersStep(): Step {
	return {
		kind: 'delete-parameters',
		id: 'delete-parameters',
		title: 'Delete parameters, logs and task definitions',
		section: 'Teardown',
	};
}

/** A log group that an older stack retained goes too: it would keep the name from being used again. */
export const deleteParametersAndLogs: Perform<'delete-parameters'> = async (_step, run) => {
	const { aws } = run.session;
	const parameters = await readParameters(aws, run.name);
	await deleteParameters(
		aws,
		parameters.map((one) => one.name),
	);
	await deleteTaskDefinitions(aws, run.name);
	await orGone(aws.logs.deleteLogGroup({ logGroupName: appLogGroup(run.name) }), 'ResourceNotFoundException');
	// Last: until then it is told what could be deleted of all this.
	await deleteParameters(aws, [notifyParameter(run.name), noticesParameter(run.name), ...historyParameters(run.name)]);
	return undefined;
};
