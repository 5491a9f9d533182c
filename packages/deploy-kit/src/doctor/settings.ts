import { text } from '../setting-kinds.ts';
import type { SettingTable } from '../settings.ts';

/** Of `doctor` on both platforms. */
export const doctorSettings = {
	report: {
		flag: '--report <file>',
		describe:
			'also writes what was measured to this file, without names, ids, addresses and secrets, to send to others',
		parse: text,
	},
} satisfies SettingTable;
