import { flag, integer } from '../setting-kinds.ts';
import type { SettingTable } from '../settings.ts';

/** What each tool is told of its dashboard, beside where it works. */
export const dashboardSettings = {
	port: {
		flag: '--port <port>',
		describe: 'port on 127.0.0.1; 0 is any free one',
		default: 0,
		parse: integer({ min: 0, max: 65_535 }),
	},
	open: { flag: '--open', describe: 'open it in the browser', default: false, parse: flag },
} satisfies SettingTable;
