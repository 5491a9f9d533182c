import { duration, flag, integer } from './setting-kinds.ts';
import type { Setting } from './settings.ts';

export const redeploySetting = {
	flag: '--redeploy',
	describe: 'start it again where it does not run any more',
	default: false,
	parse: flag,
};

/** What each tool is told of the rollback window. @param prefix of the tool's variables, e.g. `PULSE_AWS` */
export function rollbackSettings(prefix: string) {
	const rollbackWindow: Setting<number> = {
		flag: '--rollback-window <time>',
		describe: 'how long a deployment that was active stays to go back to, although nobody is on it; 0: not at all',
		env: [`${prefix}_ROLLBACK_WINDOW`],
		parse: duration,
	};
	const rollbackKeep = {
		flag: '--rollback-keep <n>',
		describe: 'how many deployments stay so',
		env: [`${prefix}_ROLLBACK_KEEP`],
		parse: integer({ min: 1, max: 100 }),
	};
	return { rollbackWindow, rollbackKeep };
}
