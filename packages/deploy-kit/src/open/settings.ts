import { flag } from '../setting-kinds.ts';
import type { SettingTable } from '../settings.ts';

export const openSettings = {
	print: { flag: '--print', describe: 'print the address and open nothing', default: false, parse: flag },
} satisfies SettingTable;
