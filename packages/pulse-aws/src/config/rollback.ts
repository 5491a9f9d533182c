import { redeploySetting } from 'pulse-deploy-kit/rollback-settings';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { placeSettings } from './common.ts';

export const rollbackSettings = {
	redeploy: { ...redeploySetting, describe: 'make it anew from its image where it does not run any more' },
	...placeSettings,
} satisfies SettingTable;
