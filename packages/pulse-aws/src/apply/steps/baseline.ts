import { DeployToolError } from 'pulse-deploy-kit/errors';
import { stackName } from '../../deployments/names.ts';
import { deleteRule } from '../../platform/delete.ts';
import { readStack, stackFailures } from '../../platform/stack.ts';
import { readRules } from '../../platform/traffic.ts';
import { baselineOutputs } from '../../stack/outputs.ts';
import { CATCH_ALL_PRIORITY } from '../../traffic/rule.ts';
import { activeTargetGroup } from '../../traffic/traffic.ts';
import { awaitStack } from '../await-stack.ts';
import { baselineSettings, baselineTags, contextOf } from '../baseline-settings.ts';
import { made, type Run } from '../run.ts';

type Tell = (waitingFor: string) => void;

export async function deployBaseline(
	run: Run,
	change: 'create' | 'update',
	signal: AbortSignal,
	tell: Tell,
): Promise<undefined> {
	const { aws, baseline } = run.session;
	const name = stackName(run.name);
	const settings = await baselineSettings(run);
	const bring = () =>
		baseline.deploy(
			{ stackName: name, context: contextOf(settings), tags: baselineTags(settings, baseline.version) },
			signal,
		);
	const onAbort = () => run.session.host.notify({ level: 'warning', text: INTERRUPTED });
	signal.addEventListener('abort', onAbort, { once: true });
	try {
		if (change === 'create') await bring();
		else await withTrafficKept(run, bring, tell);
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
	run.baseline = baselineOutputs(stack.outputs);
	run.certificateArn ??= run.baseline.certificateArn;
}

const INTERRUPTED =
	'CloudFormation cannot be interrupted; waiting until the stack has settled. A second Ctrl-C leaves at once, and the next deploy goes on from there.';

/**
 * CloudFormation puts the listener's default action back to the template's 503 when it touches the listener
 * (aws/aws-cdk#36649). A rule of our own at the lowest precedence serves new visitors meanwhile; it goes only after the
 * default action is right again, and stays where that fails, since it serves them as well.
 */
async function withTrafficKept(run: Run, update: () => Promise<void>, tell: Tell): Promise<void> {
	const { aws } = run.session;
	const { listenerArn } = made(run.baseline, 'the baseline');
	const traffic = made(run.fleet, 'the traffic').traffic;
	const target = activeTargetGroup(traffic);
	if (target === null) return update();
	const forward = [{ Type: 'forward' as const, TargetGroupArn: target }];
	if (!traffic.rules.some((rule) => rule.catchAll)) {
		const catchAll = aws.elb.createRule({
			ListenerArn: listenerArn,
			Priority: CATCH_ALL_PRIORITY,
			Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['*'] } }],
			Actions: forward,
		});
		await catchAll.catch(async (error) => {
			const stands = (await readRules(aws, listenerArn)).find((rule) => rule.catchAll);
			// The SDK repeats a call whose answer was lost, and then meets its own rule.
			if (stands?.targetGroupArn !== target) throw error;
		});
	}
	try {
		await update();
	} finally {
		// Whoever waited for the update may have been interrupted; until it has ended, the listener may still be reset.
		await awaitStack(run.session, stackName(run.name), new AbortController().signal, tell);
		await aws.elb.modifyListener({ ListenerArn: listenerArn, DefaultActions: forward });
		for (const rule of await readRules(aws, listenerArn)) if (rule.catchAll) await deleteRule(aws, rule.arn);
	}
}
