import { historyLines } from 'pulse-deploy-kit/history/settings';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { placeSettings } from './common.ts';

/** Of the versions that Parameter Store keeps of the history's parameters, of which each write takes one at random. */
export const MAX_HISTORY = 300;

export const historySettings = { ...historyLines(MAX_HISTORY), ...placeSettings } satisfies SettingTable;
