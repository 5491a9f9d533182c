import type { Invocation } from 'pulse-deploy-kit/command';
import { usageError } from 'pulse-deploy-kit/errors';
import {
	drainBySettings,
	drainWhen,
	type LeaveWhen,
	recallSettings,
	recallWhen,
} from 'pulse-deploy-kit/leave-settings';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { placeOf, placeSettings } from './common.ts';

export async function recallRequest(typed: Invocation) {
	const when = recallWhen(resolveSettings(recallSettings, typed).values);
	return { verb: 'recall', ...(await leaveRequest(typed, when)) } as const;
}

export async function drainRequest(typed: Invocation) {
	const when = drainWhen(resolveSettings(drainBySettings, typed).values);
	return { verb: 'drain', ...(await leaveRequest(typed, when)) } as const;
}

async function leaveRequest(typed: Invocation, when: LeaveWhen) {
	const { name, at } = await placeOf(placeSettings, typed);
	const [deploymentId] = typed.args;
	if (deploymentId === undefined) throw usageError('deployment id is required', 'List them: pulse-aws status');
	return { deploymentName: name, at, deploymentId, when, dryRun: typed.dryRun };
}
