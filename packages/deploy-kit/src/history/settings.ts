import { integer } from '../setting-kinds.ts';
import type { SettingTable } from '../settings.ts';

/** @param most that are kept for sure */
export function historyLines<const Most extends number>(most: Most) {
	return {
		lines: {
			flag: '--lines <n>',
			describe: `how many, the newest, 1 to ${most}`,
			default: 20,
			parse: integer({ min: 1, max: most }),
		},
	} satisfies SettingTable;
}
