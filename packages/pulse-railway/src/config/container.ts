import { flag, integer, oneOf } from 'pulse-deploy-kit/setting-kinds';
import type { Setting, SettingTable } from 'pulse-deploy-kit/settings';
import { AFFINITIES, type Affinity } from '../deployments/container.ts';

/** Whether the app is one. */
export const containerSetting: Setting<boolean> = {
	flag: '--container',
	describe: 'a container app: whatever its Dockerfile starts. Default: where a Dockerfile is, and no Pulse app',
	env: ['PULSE_RAILWAY_CONTAINER'],
	key: 'container',
	parse: flag,
};

/** What only a container app is asked. */
export const containerSettings = {
	container: containerSetting,
	port: {
		flag: '--port <port>',
		describe: 'port that a container app listens on',
		env: ['PULSE_RAILWAY_PORT'],
		key: 'port',
		defaultText: "of its command, else EXPOSE of its Dockerfile, else its framework's own",
		parse: integer({ min: 1, max: 65_535 }),
	} as Setting<number>,
	affinity: {
		flag: '--affinity <tab|session>',
		describe: 'what stays on a version of a container app: a tab until it loads a page, or a browser',
		env: ['PULSE_RAILWAY_AFFINITY'],
		key: 'affinity',
		default: 'tab',
		parse: oneOf(...AFFINITIES),
	} as Setting<Affinity> & { default: Affinity },
} satisfies SettingTable;
