import type { Invocation } from 'pulse-deploy-kit/command';
import {
	drainBySettings,
	drainWhen,
	type LeaveWhen,
	recallSettings,
	recallWhen,
} from 'pulse-deploy-kit/leave-settings';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { requiredDeploymentId, type ServiceTarget, serviceTarget } from './service-target.ts';

export interface LeaveRequest extends ServiceTarget {
	readonly verb: 'recall' | 'drain';
	readonly id: string;
	readonly when: LeaveWhen;
}

export async function recallRequest(typed: Invocation): Promise<LeaveRequest> {
	const when = recallWhen(resolveSettings(recallSettings, typed).values);
	return { ...(await serviceTarget(typed)), verb: 'recall', id: requiredDeploymentId(typed), when };
}

export async function drainRequest(typed: Invocation): Promise<LeaveRequest> {
	const when = drainWhen(resolveSettings(drainBySettings, typed).values);
	return { ...(await serviceTarget(typed)), verb: 'drain', id: requiredDeploymentId(typed), when };
}
