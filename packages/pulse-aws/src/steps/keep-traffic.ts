import type { Report } from 'pulse-deploy-kit/plan/perform';
import { stackName } from '../deployments/names.ts';
import { deleteRule } from '../platform/delete.ts';
import { isAwsError } from '../platform/error-names.ts';
import { readStack } from '../platform/stack.ts';
import { readRules, readTraffic } from '../platform/traffic.ts';
import { awaitStack } from '../stack/await-stack.ts';
import { isLockLost } from '../stack/lock.ts';
import { CATCH_ALL_PRIORITY } from '../traffic/rule.ts';
import { activeTargetGroup, type Traffic } from '../traffic/traffic.ts';
import { putBack } from './put-back.ts';
import { made, type Run } from './run.ts';

const LOOK_MS = 15_000;

/**
 * CloudFormation puts the listener's default action back to the template's 503 when it touches the listener
 * (aws/aws-cdk#36649). A rule of our own at the lowest precedence serves new visitors meanwhile; it goes only after the
 * default action is right again, and stays where that fails, since it serves them as well. It is looked after as long as
 * the stack changes: another run that took the lock from a machine that sleeps may have made a deployment active since.
 */
export async function withTrafficKept(run: Run, change: () => Promise<void>, tell: Report): Promise<void> {
	const { aws } = run.session;
	const listener = run.baseline?.listenerArn ?? null;
	if (listener !== null) {
		const target = activeTargetGroup(made(run.fleet, 'the traffic').traffic);
		if (target !== null) await catchAll(run, listener, target);
	}
	const ended = new AbortController();
	const guarding = guard(run, listener, ended.signal);
	try {
		await change();
	} finally {
		// The command that waited for the change may have been interrupted; until it has ended, the listener may still be reset.
		await awaitStack(run.session, stackName(run.name), new AbortController().signal, tell);
		ended.abort();
		const known = (await guarding) ?? listener;
		if (known !== null) await restore(run, known);
	}

	/** Back to the default action alone. */
	async function restore(own: Run, listenerArn: string): Promise<void> {
		const held = await own.confirmLock().then(
			() => true,
			() => false,
		);
		// Looked at last: confirming may have taken as long as the machine slept.
		const traffic = await readTraffic(aws, listenerArn);
		// Without the lock only what CloudFormation has reset is put right: another run may be switching just now.
		const target = held || traffic.defaultTargetGroupArn === null ? activeTargetGroup(traffic) : null;
		const forward = target === null ? null : [{ Type: 'forward' as const, TargetGroupArn: target }];
		const at = { ListenerArn: listenerArn };
		if (forward !== null) {
			await own.ungated.aws.elb.modifyListener({ ...at, DefaultActions: forward });
			// The machine may have slept between looking and writing.
			await own.confirmLock().catch(async (error: unknown) => {
				if (isLockLost(error)) await putBack(own, target);
			});
		}
		for (const rule of traffic.rules) if (rule.catchAll) await deleteRule(own.ungated.aws, rule.arn);
	}
}

/** The look at traffic is free of the lock: a rule that forwards to where visitors go already takes them nowhere else. */
async function guard(run: Run, known: string | null, ended: AbortSignal): Promise<string | null> {
	const { aws, clock } = run.ungated;
	let listener = known;
	let first: Traffic | undefined;
	while (!ended.aborted) {
		try {
			listener ??= (await readStack(aws, stackName(run.name))).outputs.get('ListenerArn') ?? null;
			// A stack that is being created has no visitors; one that another run created while this one slept may.
			if (listener !== null) first = await look(run, listener, first);
			await clock.sleep(LOOK_MS, ended);
		} catch {
			// A look that failed is followed by the next; the listener itself is put right at the end.
			await clock.sleep(LOOK_MS, ended).catch(() => undefined);
		}
	}
	return listener;
}

/** @param first the first look, which is returned */
async function look(run: Run, listener: string, first: Traffic | undefined): Promise<Traffic> {
	const { aws } = run.ungated;
	const traffic = await readTraffic(aws, listener);
	const target = traffic.defaultTargetGroupArn;
	const began = first ?? traffic;
	const rule = traffic.rules.find((one) => one.catchAll);
	// CloudFormation sets it to nothing; to another deployment only another run does.
	const isMoved = target !== began.defaultTargetGroupArn && target !== rule?.targetGroupArn;
	if (target !== null && rule !== undefined && isMoved) await deleteRule(aws, rule.arn);
	if (target !== null && (rule === undefined || isMoved)) await catchAll(run, listener, target);
	return began;
}

async function catchAll({ ungated: { aws } }: Run, ListenerArn: string, TargetGroupArn: string): Promise<void> {
	const stands = async () => (await readRules(aws, ListenerArn)).find((rule) => rule.catchAll);
	const standing = await stands();
	if (standing !== undefined) return;
	try {
		await aws.elb.createRule({
			ListenerArn,
			Priority: CATCH_ALL_PRIORITY,
			Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['*'] } }],
			Actions: [{ Type: 'forward', TargetGroupArn }],
		});
	} catch (error) {
		// The SDK repeats a call whose answer was lost, and then meets its own rule.
		if (!isAwsError(error, 'PriorityInUseException') || (await stands())?.targetGroupArn !== TargetGroupArn)
			throw error;
	}
}
