import { integer, text } from '../setting-kinds.ts';
import type { Setting, SettingTable } from '../settings.ts';

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

/** @param tool whose history tells it */
export function messageSetting(tool: 'pulse-railway' | 'pulse-aws', env: string) {
	return {
		flag: '--message <text>',
		describe: `what it brings, for ${tool} history; the commit is found there by itself`,
		env: [env],
		parse: text,
	} satisfies Setting<string>;
}
