import { breakSettings } from 'pulse-deploy-kit/lock-report';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { serviceTargetSettings } from './service-target.ts';

export const lockSettings = { ...breakSettings, ...serviceTargetSettings } satisfies SettingTable;
