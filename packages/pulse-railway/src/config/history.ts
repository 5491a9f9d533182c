import { historyLines } from 'pulse-deploy-kit/history/settings';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { MAX_HISTORY } from '../deployments/store.ts';
import { deploymentIdSetting, serviceTargetSettings } from './service-target.ts';

export const historySettings = {
	...historyLines(MAX_HISTORY),
	deploymentId: deploymentIdSetting,
	...serviceTargetSettings,
} satisfies SettingTable;
