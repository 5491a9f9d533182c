import { expect, it } from 'vitest';
import { janitorPolicy } from './janitor-policy.ts';
import { service } from './testing/stack.ts';

const OLDER = { PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS: '60', PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: '86400' };
const windowOf = (variables: Readonly<Record<string, string | null>>) =>
	janitorPolicy({ services: [service('pulse-janitor', { variables })] }).rollbackWindowMs;

it('promises no rollback window of a janitor that an earlier version set up', () => {
	expect(windowOf(OLDER)).toBe(0);
	expect(windowOf({ ...OLDER, PULSE_RAILWAY_ROLLBACK_WINDOW: '7200s' })).toBe(7_200_000);
	// Hidden from this token: the usual one.
	expect(windowOf({ ...OLDER, PULSE_RAILWAY_ROLLBACK_WINDOW: null })).toBe(3_600_000);
});
