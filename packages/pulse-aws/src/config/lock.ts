import { breakSettings } from 'pulse-deploy-kit/lock-report';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { placeSettings } from './common.ts';

export const lockSettings = { ...breakSettings, ...placeSettings } satisfies SettingTable;
