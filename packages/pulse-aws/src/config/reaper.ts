import type { SettingTable } from 'pulse-deploy-kit/settings';
import { positive } from './kinds.ts';

/** When deployments are retired: the baseline gives these to the reaper, `reap` takes them for its one pass. */
export const reaperSettings = {
	reaperMaxAgeHours: {
		flag: '--reaper-max-age-hours <h>',
		describe: 'longest drain, from its start',
		env: ['PULSE_AWS_REAPER_MAX_AGE_HOURS'],
		default: 1,
		parse: positive,
	},
	reaperDeploymentTimeout: {
		flag: '--reaper-deployment-timeout <h>',
		describe: 'after this a deployment that still starts has failed',
		env: ['PULSE_AWS_REAPER_DEPLOYMENT_TIMEOUT'],
		default: 1,
		parse: positive,
	},
} satisfies SettingTable;
