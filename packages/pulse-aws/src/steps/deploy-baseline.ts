import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import { toContext } from '../cdk/settings.ts';
import { stackName } from '../deployments/names.ts';
import type { Step } from '../plan/step.ts';
import { baselineOutputs } from '../platform/baseline-outputs.ts';
import { readStack, stackFailures } from '../platform/stack.ts';
import { baselineSettings, baselineTags } from './baseline-settings.ts';
import { withTrafficKept } from './keep-traffic.ts';
import type { Perform } from './performers.ts';
import { removeStack } from './remove-stack.ts';

export function deployBaselineStep(change: 'create' | 'update', because: string): Step {
	return {
		kind: 'deploy-baseline',
		id: 'deploy-baseline',
		title: `${change === 'create' ? 'Create' : 'Update'} the baseline stack (${because})`,
		section: 'Baseline',
		change,
		because,
	};
}

export const deployBaseline: Perform<'deploy-baseline'> = async ({ change }, run, signal, tell) => {
	const { aws, baseline } = run.session;
	const name = stackName(run.name);
	const settings = await baselineSettings(run);
	const bring = () =>
		baseline.deploy(
			{ stackName: name, context: toContext(settings), tags: baselineTags(settings, baseline.version) },
			signal,
		);
	/** The account's first cluster makes the role that it needs, and fails while the role is not there yet. */
	const firstTwice = async () => {
		try {
			await bring();
		} catch (cause) {
			const reasons = change === 'create' && !signal.aborted ? await stackFailures(aws, name).catch(() => []) : [];
			const told = [
				...reasons,
				cause instanceof Error ? cause.message : '',
				isDeployToolError(cause) ? cause.detail : '',
			];
			if (change !== 'create' || !told.some((text) => /service.linked role/i.test(text ?? ''))) throw cause;
			tell('AWS made a role that it needs; the stack is created once more');
			await removeStack(run, signal, tell);
			await bring();
		}
	};
	const onAbort = () => run.session.host.notify({ level: 'warning', text: INTERRUPTED });
	signal.addEventListener('abort', onAbort, { once: true });
	try {
		await withTrafficKept(run, firstTwice, tell);
	} catch (cause) {
		signal.throwIfAborted();
		const reasons = await stackFailures(aws, name).catch(() => []);
		if (reasons.length === 0) throw cause;
		throw new DeployToolError('baseline-failed', `The stack ${name} could not be ${change}d.`, {
			fault: 'platform',
			detail: reasons.join('\n'),
			next: 'Correct the cause and run the same command again: a failed first stack is deleted and made anew.',
			cause,
		});
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
	const stack = await readStack(aws, name);
	if (stack.condition !== 'ready') {
		throw new DeployToolError('baseline-failed', `The stack ${name} ended as ${stack.status}.`, {
			fault: 'platform',
			detail: (await stackFailures(aws, name)).join('\n') || (stack.statusReason ?? ''),
			next: 'Correct the cause and run the same command again.',
		});
	}
	const outputs = baselineOutputs(stack.outputs);
	return { learnt: { baseline: outputs, certificateArn: run.certificateArn ?? outputs.certificateArn } };
};

const INTERRUPTED =
	'CloudFormation cannot be interrupted; waiting until the stack has settled. A second Ctrl-C leaves at once, and the next deploy goes on from there.';
