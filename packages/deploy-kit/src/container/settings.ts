import { flag, integer, oneOf } from '../setting-kinds.ts';
import type { Setting, SettingTable } from '../settings.ts';

/** `session`: a browser stays on its version, documents too; `tab`: a tab stays on the version of its document. */
export type Affinity = 'tab' | 'session';
export const AFFINITIES = ['tab', 'session'] as const satisfies readonly Affinity[];

/** Whether the app is one. @param prefix of the tool's variables, e.g. `PULSE_AWS` */
export function containerSetting(prefix: string): Setting<boolean> {
	return {
		flag: '--container',
		describe: 'a container app: whatever its Dockerfile starts. Default: where a Dockerfile is, and no Pulse app',
		env: [`${prefix}_CONTAINER`],
		key: 'container',
		parse: flag,
	};
}

/** What only a container app is asked. @param prefix of the tool's variables */
export function containerSettings(prefix: string) {
	return {
		container: containerSetting(prefix),
		port: {
			flag: '--port <port>',
			describe: 'port that a container app listens on',
			env: [`${prefix}_PORT`],
			key: 'port',
			defaultText: "of its command, else EXPOSE of its Dockerfile, else its framework's own",
			parse: integer({ min: 1, max: 65_535 }),
		} as Setting<number>,
		affinity: {
			flag: '--affinity <tab|session>',
			describe: 'what stays on a version of a container app: a tab until it loads a page, or a browser',
			env: [`${prefix}_AFFINITY`],
			key: 'affinity',
			default: 'tab',
			parse: oneOf(...AFFINITIES),
		} as Setting<Affinity> & { default: Affinity },
	} satisfies SettingTable;
}
