import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Report } from 'pulse-deploy-kit/plan/perform';
import { stackName } from '../deployments/names.ts';
import { orGone } from '../platform/error-names.ts';
import { readStack, stackFailures } from '../platform/stack.ts';
import { awaitStack } from '../stack/await-stack.ts';
import type { Run } from './run.ts';

export async function setProtection({ session, name }: Run, EnableTerminationProtection: boolean): Promise<void> {
	await session.aws.cloudformation.updateTerminationProtection({
		StackName: stackName(name),
		EnableTerminationProtection,
	});
}

/**
 * Its protection goes first, under the lock. A deploy that ran while this machine slept has put it back, and AWS refuses
 * the deletion.
 */
export async function removeStack(run: Run, signal: AbortSignal, tell: Report): Promise<void> {
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
