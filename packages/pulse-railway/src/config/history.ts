import { integer } from 'pulse-deploy-kit/setting-kinds';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { deploymentIdSetting, serviceTargetSettings } from './service-target.ts';

/** What a store keeps (`deployments/history.ts`). */
const MAX_LINES = 300;

export const historySettings = {
	lines: {
		flag: '--lines <n>',
		describe: `how many, the newest, 1 to ${MAX_LINES}`,
		default: 20,
		parse: integer({ min: 1, max: MAX_LINES }),
	},
	deploymentId: deploymentIdSetting,
	...serviceTargetSettings,
} satisfies SettingTable;
