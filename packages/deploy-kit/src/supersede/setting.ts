import { flag } from '../setting-kinds.ts';
import type { SettingTable } from '../settings.ts';

/** Of two deploys that are under way at once. */
export const rivalSettings = {
	overLater: {
		flag: '--over-later',
		describe: 'go before a deploy that was started later and went first',
		default: false,
		parse: flag,
	},
	supersede: {
		flag: '--supersede',
		describe: 'stop deploys that were started earlier and are still being made; of a preview, those of its name',
		default: false,
		parse: flag,
	},
} satisfies SettingTable;
