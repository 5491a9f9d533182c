import { describe, expect, it } from 'vitest';
import { initAppFile, initConfig } from './init.ts';

const config = (
	flags: Record<string, unknown> = {},
	env: Record<string, string> = {},
	plugin: Record<string, unknown> = {},
) => initConfig({ flags, args: [], env }, '/apps/shop.ts', plugin);

describe('init (R5.1)', () => {
	it('has the documented defaults (R5.17)', () => {
		expect(config()).toMatchObject({
			redisPrefix: 'pulse:railway',
			redisUrl: undefined,
			janitorCron: '*/5 * * * *',
			drainGraceSeconds: 60,
			maxDrainAgeSeconds: 86_400,
			backendPort: 8000,
			routerReplicas: 1,
			projectName: 'shop',
		});
		expect(config().routerImage).toMatch(/^ghcr\.io\/erwinkn\/pulse-railway-router:\d+\.\d+\.\d+$/);
	});

	it('reads its variables', () => {
		expect(
			config(
				{},
				{
					PULSE_RAILWAY_REDIS_PREFIX: 'shop::',
					PULSE_RAILWAY_ROUTER_IMAGE: 'me/router:1',
					PULSE_RAILWAY_JANITOR_CRON_SCHEDULE: '0 * * * *',
					PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS: '0',
					PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: '100',
					PULSE_RAILWAY_ROUTER_REPLICAS: '3',
					RAILWAY_WORKSPACE_ID: 'w',
				},
			),
		).toMatchObject({
			redisPrefix: 'shop',
			routerImage: 'me/router:1',
			janitorCron: '0 * * * *',
			drainGraceSeconds: 0,
			maxDrainAgeSeconds: 100,
			routerReplicas: 3,
			workspaceId: 'w',
		});
	});

	it('never takes the ambient REDIS_URL (decision 2)', () => {
		expect(config({}, { REDIS_URL: 'redis://ambient' }).redisUrl).toBeUndefined();
	});

	it.each([
		[{ redisUrl: 'hunter2' }, '--redis-url: must be a redis:// or rediss:// URL'],
		[{ janitorCron: '* * *' }, '--janitor-cron-schedule: must be a crontab of 5 fields'],
		[{ routerReplicas: '0' }, '--router-replicas: must be >= 1'],
		[{ routerReplicas: '51' }, '--router-replicas: must be <= 50'],
		[{ workspace: 'a', workspaceId: 'b' }, 'workspace name or workspace id'],
	])('refuses %o', (flags, message) => {
		expect(() => config(flags)).toThrow(message);
		expect(() => config(flags)).not.toThrow('hunter2');
	});
});

it('the app file is an argument, a flag or a variable', () => {
	const file = (args: string[], flags = {}, env = {}) => initAppFile({ args, flags, env });
	expect([
		file(['a.ts']),
		file([], { appFile: 'b.ts' }),
		file([], {}, { PULSE_RAILWAY_APP_FILE: 'c.ts' }),
		file([]),
	]).toEqual(['a.ts', 'b.ts', 'c.ts', undefined]);
});
