import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Report } from 'pulse-deploy-kit/plan/perform';
import { appLogGroup, stackName } from '../deployments/names.ts';
import { orGone } from '../platform/error-names.ts';
import { deleteParameters, readParameters } from '../platform/parameters.ts';
import { deleteTaskDefinitions } from '../platform/revisions.ts';
import { readStack, stackFailures } from '../platform/stack.ts';
import { awaitStack } from '../stack/await-stack.ts';
import type { Run } from './run.ts';

/** After a failed first creation nothing but deletion helps. */
export async function deleteFailedBaseline(run: Run, signal: AbortSignal, tell: Report): Promise<undefined> {
	await removeStack(run, signal, tell);
	run.baseline = null;
}

export async function repairBaseline(run: Run, signal: AbortSignal, tell: Report): Promise<string> {
	const name = stackName(run.name);
	await run.session.aws.cloudformation.continueUpdateRollback({ StackName: name });
	const stack = await awaitStack(run.session, name, signal, tell);
	return `now ${stack.status}`;
}

export async function protectBaseline(run: Run): Promise<undefined> {
	await setProtection(run, true);
}

export async function deleteStack(run: Run, signal: AbortSignal, tell: Report): Promise<undefined> {
	await removeStack(run, signal, tell);
}

async function setProtection({ session, name }: Run, EnableTerminationProtection: boolean): Promise<void> {
	await session.aws.cloudformation.updateTerminationProtection({
		StackName: stackName(name),
		EnableTerminationProtection,
	});
}

/**
 * Its protection goes first, under the lock. A deploy that ran while this machine slept has put it back, and AWS refuses
 * the deletion.
 */
async function removeStack(run: Run, signal: AbortSignal, tell: Report): Promise<void> {
	const { aws } = run.session;
	const name = stackName(run.name);
	await run.confirmLock();
	// CloudFormation has no error of its own for a stack that is gone.
	await orGone(setProtection(run, false), 'ValidationError');
	await aws.cloudformation.deleteStack({ StackName: name });
	// Deletion shows with delay; what is seen at once may still be the status before it.
	const before = (await readStack(aws, name)).status;
	if (before !== null && !before.startsWith('DELETE')) await run.session.clock.sleep(1000, signal);
	const stack = await awaitStack(run.session, name, signal, tell, run.pollMs);
	if (stack.condition === 'absent') return;
	throw new DeployToolError('stack-deletion', `Stack ${name} deletion failed`, {
		fault: 'platform',
		detail: [`It is in status ${stack.status}.`, ...(await stackFailures(aws, name))].join('\n'),
		next: 'Delete what the detail names, then run pulse-aws teardown again.',
	});
}

/** A log group that an older stack retained goes too: it would keep the name from being used again. */
export async function deleteParametersAndLogs(run: Run): Promise<undefined> {
	const { aws } = run.session;
	const parameters = await readParameters(aws, run.name);
	await deleteParameters(
		aws,
		parameters.map((one) => one.name),
	);
	await deleteTaskDefinitions(aws, run.name);
	await orGone(aws.logs.deleteLogGroup({ logGroupName: appLogGroup(run.name) }), 'ResourceNotFoundException');
}
