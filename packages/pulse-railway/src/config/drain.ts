import { duration, integer } from 'pulse-deploy-kit/setting-kinds';
import type { Setting, SettingTable } from 'pulse-deploy-kit/settings';
import type { Policy } from '../janitor/facts.ts';

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
	rollbackWindow: {
		flag: '--rollback-window <time>',
		describe: 'how long a deployment that was active stays to go back to, although nobody is on it; 0: not at all',
		env: ['PULSE_RAILWAY_ROLLBACK_WINDOW'],
		defaultText: '1h, at most the maximum drain age',
		parse: duration,
	} as Setting<number>,
	rollbackKeep: {
		flag: '--rollback-keep <n>',
		describe: 'how many deployments stay so',
		env: ['PULSE_RAILWAY_ROLLBACK_KEEP'],
		default: 1,
		parse: integer({ min: 1, max: 100 }),
	},
} satisfies SettingTable;

interface DrainValues {
	readonly drainGraceSeconds: number;
	readonly maxDrainAgeSeconds: number;
	readonly rollbackWindow?: number | undefined;
	readonly rollbackKeep: number;
}

export function drainPolicy(values: DrainValues): Policy {
	const { drainGraceSeconds, maxDrainAgeSeconds, rollbackKeep } = values;
	const rollbackWindow = values.rollbackWindow ?? usualRollbackWindow(maxDrainAgeSeconds);
	return Object.freeze({
		drainGraceMs: drainGraceSeconds * 1000,
		maxDrainAgeMs: maxDrainAgeSeconds * 1000,
		rollbackWindowMs: rollbackWindow * 1000,
		rollbackKeep,
	});
}

/** Seconds. Who wants old deployments gone sooner means this as well. */
export function usualRollbackWindow(maxDrainAgeSeconds: number): number {
	return Math.min(3_600, maxDrainAgeSeconds);
}
