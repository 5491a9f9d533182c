import { rollbackSettings } from 'pulse-deploy-kit/rollback-settings';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { positive } from './kinds.ts';

const maxAge = {
	flag: '--reaper-max-age-hours <h>',
	describe: 'longest drain, from its start',
	env: ['PULSE_AWS_REAPER_MAX_AGE_HOURS'],
	parse: positive,
};
const deploymentTimeout = {
	flag: '--reaper-deployment-timeout <h>',
	describe: 'after this a deployment that still starts has failed',
	env: ['PULSE_AWS_REAPER_DEPLOYMENT_TIMEOUT'],
	parse: positive,
};

const { rollbackWindow, rollbackKeep } = rollbackSettings('PULSE_AWS');

/** What the user does not give stays as the stack has it (contract, decision 24). */
export const KEPT = "the stack's, at first 1";

/** When deployments are retired, as the baseline gives it to the reaper. */
export const reaperSettings = {
	reaperMaxAgeHours: { ...maxAge, default: 1, defaultText: KEPT },
	reaperDeploymentTimeout: { ...deploymentTimeout, default: 1, defaultText: KEPT },
	rollbackWindow: { ...rollbackWindow, defaultText: "the stack's, at first 1h, at most the longest drain" },
	rollbackKeep: { ...rollbackKeep, default: 1, defaultText: KEPT },
} satisfies SettingTable;

/** For one pass by hand, which must not end what the deployed reaper would keep. */
export const onePassSettings = {
	reaperMaxAgeHours: { ...maxAge, defaultText: "the deployed reaper's" },
	reaperDeploymentTimeout: { ...deploymentTimeout, defaultText: "the deployed reaper's" },
	rollbackWindow: { ...rollbackWindow, defaultText: "the deployed reaper's" },
	rollbackKeep: { ...rollbackKeep, defaultText: "the deployed reaper's" },
} satisfies SettingTable;
