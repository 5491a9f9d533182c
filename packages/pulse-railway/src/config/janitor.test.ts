import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { janitorConfig } from './janitor.ts';

const INSIDE = {
	RAILWAY_SERVICE_ID: 'svc',
	RAILWAY_REPLICA_ID: 'replica',
	RAILWAY_PROJECT_ID: 'project',
	RAILWAY_ENVIRONMENT_ID: 'environment',
	PULSE_RAILWAY_INTERNAL_TOKEN: 'internal',
	REDIS_URL: 'redis://:hunter2@redis:6379',
};

describe("the janitor's settings (R9.1, R9.2)", () => {
	it('refuse a local shell', () => {
		expect(() => janitorConfig({}, { ...INSIDE, RAILWAY_SERVICE_ID: '', RAILWAY_REPLICA_ID: '' })).toThrow(
			/must execute inside Railway.*not a local shell/,
		);
	});

	it('have the documented defaults', () => {
		expect(janitorConfig({}, INSIDE)).toMatchObject({
			service: 'pulse-router',
			projectId: 'project',
			environmentId: 'environment',
			redisPrefix: 'pulse:railway',
			backendPort: 8000,
			policy: { drainGraceMs: 60_000, maxDrainAgeMs: 86_400_000 },
			owner: 'janitor replica',
		});
	});

	it('take flags before the environment', () => {
		const env = { ...INSIDE, PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS: '5', PULSE_BACKEND_PORT: '9000' };
		const config = janitorConfig({ drainGraceSeconds: '7', redisUrl: 'redis://other' }, env);
		expect(config).toMatchObject({ backendPort: 9000, policy: { drainGraceMs: 7_000 } });
		expect(config.storeUrl?.reveal()).toBe('redis://other');
	});

	it('take the later name of the maximum age, too', () => {
		const later = { ...INSIDE, PULSE_RAILWAY_DRAIN_TTL_SECONDS: '600' };
		expect(janitorConfig({}, later).policy.maxDrainAgeMs).toBe(600_000);
		const both = { ...later, PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: '300' };
		expect(janitorConfig({}, both).policy.maxDrainAgeMs).toBe(300_000);
	});

	it('keep for an hour what can be gone back to, at most for the maximum age, unless told otherwise', () => {
		const window = (env: Record<string, string>) => janitorConfig({}, { ...INSIDE, ...env }).policy;
		expect(window({})).toMatchObject({ rollbackWindowMs: 3_600_000, rollbackKeep: 1 });
		expect(window({ PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: '60' }).rollbackWindowMs).toBe(60_000);
		const days = { PULSE_RAILWAY_ROLLBACK_WINDOW: '2d', PULSE_RAILWAY_ROLLBACK_KEEP: '3' };
		expect(window(days)).toMatchObject({ rollbackWindowMs: 172_800_000, rollbackKeep: 3 });
		expect(window({ PULSE_RAILWAY_ROLLBACK_WINDOW: '0' }).rollbackWindowMs).toBe(0);
	});

	it('follow the service prefix', () => {
		expect(janitorConfig({ servicePrefix: 'foo' }, INSIDE).service).toBe('foo-router');
	});

	for (const [name, value] of [
		['PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS', 'soon'],
		['PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS', '-1'],
		['PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS', '0'],
		['PULSE_RAILWAY_ROLLBACK_WINDOW', '1w'],
		['PULSE_RAILWAY_ROLLBACK_WINDOW', '-1h'],
		['PULSE_BACKEND_PORT', '70000'],
		['PULSE_RAILWAY_INTERNAL_TOKEN', ''],
		['RAILWAY_PROJECT_ID', ''],
	]) {
		it(`refuse ${name}='${value}'`, () => {
			expect(() => janitorConfig({}, { ...INSIDE, [name!]: value })).toThrow(
				expect.objectContaining({ code: 'usage' }),
			);
		});
	}

	it('leave the store to the stack when no address is given (R9.12)', () => {
		expect(janitorConfig({}, { ...INSIDE, REDIS_URL: undefined }).storeUrl).toBeNull();
	});

	it('cannot be changed and show no secret', () => {
		const config = janitorConfig({}, INSIDE);
		expect(Object.isFrozen(config) && Object.isFrozen(config.policy)).toBe(true);
		expect(`${inspect(config)}${JSON.stringify(config)}`).not.toMatch(/hunter2|internal"/);
	});
});
