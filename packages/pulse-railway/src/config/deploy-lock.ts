import { integer } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type SettingTable } from 'pulse-deploy-kit/settings';

const settings = {
	seconds: {
		describe: 'how long the deploy lock outlives a killed command',
		env: ['PULSE_RAILWAY_DEPLOY_LOCK_SECONDS'],
		default: 15,
		parse: integer({ min: 3, max: 120 }),
	},
} satisfies SettingTable;

/** Milliseconds. `PULSE_RAILWAY_DEPLOY_LOCK_SECONDS`, default 15; it is renewed every third of it. */
export function deployLockTtl(env: Readonly<Record<string, string | undefined>>): number {
	return resolveSettings(settings, { flags: {}, env }).values.seconds * 1000;
}
