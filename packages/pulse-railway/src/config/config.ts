import type { SettingTable } from 'pulse-deploy-kit/settings';
import { deploySettings } from './deploy-settings.ts';
import { initSettings } from './init.ts';

/** All that `init`, `upgrade` and `deploy` are told; what both know is read alike. */
export const configSettings = { ...initSettings, ...deploySettings } satisfies SettingTable;
