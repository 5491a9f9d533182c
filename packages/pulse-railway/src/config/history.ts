import { integer } from 'pulse-deploy-kit/setting-kinds';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { MAX_HISTORY } from '../deployments/store.ts';
import { deploymentIdSetting, serviceTargetSettings } from './service-target.ts';

export const historySettings = {
	lines: {
		flag: '--lines <n>',
		describe: `how many, the newest, 1 to ${MAX_HISTORY}`,
		default: 20,
		parse: integer({ min: 1, max: MAX_HISTORY }),
	},
	deploymentId: deploymentIdSetting,
	...serviceTargetSettings,
} satisfies SettingTable;
