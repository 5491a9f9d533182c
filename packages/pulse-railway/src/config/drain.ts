import { rollbackSettings } from 'pulse-deploy-kit/rollback-settings';
import { usualRollbackWindow } from 'pulse-deploy-kit/rollback-window';
import { integer } from 'pulse-deploy-kit/setting-kinds';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import type { Policy } from '../janitor/facts.ts';

const { rollbackWindow, rollbackKeep } = rollbackSettings('PULSE_RAILWAY');

/** When deployments that are no longer active go (contract R9.7). */
export const drainSettings = {
	drainGraceSeconds: {
		flag: '--drain-grace-seconds <seconds>',
		describe: 'how long a drained deployment must have been draining and idle',
		env: ['PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS'],
		default: 60,
		parse: integer({ min: 0 }),
	},
	maxDrainAgeSeconds: {
		flag: '--max-drain-age-seconds <seconds>',
		alias: '--drain-ttl-seconds <seconds>',
		describe: 'when a draining deployment is deleted whoever still uses it',
		env: ['PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS'],
		default: 86_400,
		parse: integer({ min: 1 }),
	},
	rollbackWindow: { ...rollbackWindow, defaultText: '1h, at most the maximum drain age' },
	rollbackKeep: { ...rollbackKeep, default: 1 },
	redeployKeep: {
		flag: '--redeploy-keep <n>',
		describe: 'how many deployments are kept, stopped, to be started again by rollback --redeploy; 0: none',
		env: ['PULSE_RAILWAY_REDEPLOY_KEEP'],
		default: 2,
		parse: integer({ min: 0, max: 20 }),
	},
} satisfies SettingTable;

interface DrainValues {
	readonly drainGraceSeconds: number;
	readonly maxDrainAgeSeconds: number;
	readonly rollbackWindow?: number | undefined;
	readonly rollbackKeep: number;
	readonly redeployKeep: number;
}

export function drainPolicy(values: DrainValues): Policy {
	const { drainGraceSeconds, maxDrainAgeSeconds, rollbackKeep, redeployKeep } = values;
	const rollbackWindow = values.rollbackWindow ?? usualRollbackWindow(maxDrainAgeSeconds);
	return Object.freeze({
		drainGraceMs: drainGraceSeconds * 1000,
		maxDrainAgeMs: maxDrainAgeSeconds * 1000,
		rollbackWindowMs: rollbackWindow * 1000,
		rollbackKeep,
		redeployKeep,
	});
}
