import { flag, text } from 'pulse-deploy-kit/setting-kinds';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { DEFAULT_HEALTH_PATH } from '../protocol.ts';
import { placeSettings } from './common.ts';
import { deploySettings } from './deploy-settings.ts';
import { positive } from './kinds.ts';
import { onePassSettings } from './reaper.ts';

export const verifySettings = {
	...placeSettings,
	domain: { ...deploySettings.domain, describe: 'domain to ask for' },
	healthCheckPath: {
		flag: '--health-check-path <path>',
		describe: 'health path',
		env: ['PULSE_AWS_HEALTH_CHECK_PATH'],
		default: DEFAULT_HEALTH_PATH,
		parse: text,
	},
	// The plain form comes first: else commander takes the negated one as given.
	verifySslPlain: {
		flag: '--verify-ssl',
		describe: 'fail on a certificate that is not trusted or not of the domain',
		parse: flag,
	},
	verifySsl: {
		flag: '--no-verify-ssl',
		describe: 'the default',
		env: ['PULSE_AWS_VERIFY_SSL'],
		default: false,
		parse: flag,
	},
} satisfies SettingTable;

/** Looking more often than once a second only meets the API's limits. */
export const MIN_POLL_SECONDS = 1;

export const teardownSettings = {
	...placeSettings,
	force: { flag: '--force', describe: 'end deployments that still run', default: false, parse: flag },
	pollInterval: {
		flag: '--poll-interval <s>',
		describe: 'seconds between looks at the stack, at least 1',
		env: ['PULSE_AWS_POLL_INTERVAL'],
		default: 5,
		parse: (raw: unknown) => Math.max(MIN_POLL_SECONDS, positive(raw)),
	},
} satisfies SettingTable;

export const reapSettings = { ...placeSettings, ...onePassSettings } satisfies SettingTable;
