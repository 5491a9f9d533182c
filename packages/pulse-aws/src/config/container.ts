import * as kit from 'pulse-deploy-kit/container/settings';
import { integer, text } from 'pulse-deploy-kit/setting-kinds';
import type { Setting, SettingTable } from 'pulse-deploy-kit/settings';
import { HIDDEN_TAB_SECONDS } from 'pulse-edge/protocol';
import { VERSION } from './version.ts';

/** What only a container app is asked. */
export const containerSettings = {
	...kit.containerSettings('PULSE_AWS'),
	start: {
		flag: '--start <command>',
		describe: 'command of a container app, without a shell',
		env: ['PULSE_AWS_START'],
		key: 'start',
		defaultText: "the Dockerfile's own",
		parse: text,
	} as Setting<string>,
	sidecarImage: {
		flag: '--sidecar-image <image>',
		describe: 'image of the sidecar of a container app, which the load balancer sends to',
		env: ['PULSE_AWS_SIDECAR_IMAGE'],
		key: 'sidecar_image',
		default: `ghcr.io/erwinkn/pulse-aws-sidecar:${VERSION}`,
		parse: text,
	},
	hiddenTabSeconds: {
		flag: '--hidden-tab-seconds <s>',
		describe: 'how long a hidden tab of a container app holds its version, from when it was hidden',
		env: ['PULSE_AWS_HIDDEN_TAB_SECONDS'],
		key: 'hidden_tab_seconds',
		default: HIDDEN_TAB_SECONDS,
		parse: integer({ min: 1 }),
	},
} satisfies SettingTable;
