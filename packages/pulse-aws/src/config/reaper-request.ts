import type { ValueOrigin } from 'pulse-deploy-kit/settings';
import type { ReaperRequest, ReaperSetting } from './deploy.ts';

interface Resolved {
	readonly values: {
		readonly reaperScheduleMinutes: number;
		readonly reaperMaxAgeHours: number;
		readonly reaperDeploymentTimeout: number;
		readonly rollbackWindow?: number | undefined;
		readonly rollbackKeep: number;
	};
	readonly origins: { readonly [Key in keyof Resolved['values']]?: ValueOrigin | undefined };
}

/** How the reaper is to retire deployments, and which of these settings are defaults. */
export function reaperRequest({ values, origins }: Resolved): ReaperRequest {
	return {
		scheduleMinutes: values.reaperScheduleMinutes,
		maxAgeHours: values.reaperMaxAgeHours,
		deploymentTimeoutHours: values.reaperDeploymentTimeout,
		rollbackWindowSeconds: values.rollbackWindow ?? null,
		rollbackKeep: values.rollbackKeep,
		kept: Object.entries({
			scheduleMinutes: origins.reaperScheduleMinutes,
			maxAgeHours: origins.reaperMaxAgeHours,
			deploymentTimeoutHours: origins.reaperDeploymentTimeout,
			rollbackKeep: origins.rollbackKeep,
		}).flatMap(([name, origin]) => (origin?.from === 'default' ? [name as ReaperSetting] : [])),
	};
}
