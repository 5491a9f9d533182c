import type { Invocation } from 'pulse-deploy-kit/command';
import { type ServiceTarget, type TargetOrigins, tracedTarget } from './service-target.ts';

export interface WhoamiRequest extends ServiceTarget {
	readonly origins: TargetOrigins;
}

export async function whoamiRequest(typed: Pick<Invocation, 'flags' | 'env' | 'cwd'>): Promise<WhoamiRequest> {
	const { target, origins } = await tracedTarget(typed);
	return { ...target, origins };
}
