import type { Invocation } from 'pulse-deploy-kit/command';
import { dashboardSettings } from 'pulse-deploy-kit/dashboard/settings';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { serviceTarget } from './service-target.ts';

export async function dashboardRequest(typed: Pick<Invocation, 'flags' | 'env' | 'cwd'>) {
	return { ...(await serviceTarget(typed)), ...resolveSettings(dashboardSettings, typed).values };
}
