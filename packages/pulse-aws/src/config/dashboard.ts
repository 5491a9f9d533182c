import type { Invocation } from 'pulse-deploy-kit/command';
import { dashboardSettings as pageSettings } from 'pulse-deploy-kit/dashboard/settings';
import { placeOf, placeSettings } from './common.ts';

export const dashboardSettings = { ...pageSettings, ...placeSettings };

export async function dashboardRequest(typed: Pick<Invocation, 'flags' | 'env' | 'cwd'>) {
	const { name, at, values } = await placeOf(dashboardSettings, typed);
	return { deploymentName: name, at, port: values.port, open: values.open };
}
