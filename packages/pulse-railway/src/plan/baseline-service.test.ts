import { Secret } from 'pulse-deploy-kit/secret';
import { describe, expect, it } from 'vitest';
import { initConfig } from '../config/init.ts';
import { janitorInstance, janitorVariables, routerInstance, routerVariables } from './baseline-service.ts';
import { FRESH } from './testing/stack.ts';

const config = (flags: Record<string, unknown> = {}) => initConfig({ flags, args: [], env: {} }, '/app.ts', {});
const shown = (variables: object) =>
	Object.fromEntries(
		Object.entries(variables).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
	);
const router = (flags = {}) => shown(routerVariables(config(flags), FRESH));
const janitor = (flags = {}) => shown(janitorVariables(config(flags), FRESH, undefined));

const BOTH = {
	PULSE_RAILWAY_INTERNAL_TOKEN: 'fresh-internal',
	PULSE_RAILWAY_REDIS_PREFIX: 'pulse:railway',
	PULSE_BACKEND_PORT: '8000',
	// biome-ignore lint/suspicious/noTemplateCurlyInString: Railway's references look like templates
	REDIS_URL: '${{pulse-redis.REDIS_URL}}',
};

describe('the variables', () => {
	it('of the router are these and no others, none of them a token of Railway (R5.14, decision 4)', () => {
		expect(router()).toEqual({
			...BOTH,
			PORT: '8000',
			PULSE_RAILWAY_CONTROL_TOKEN: 'fresh-control',
			PULSE_RAILWAY_WEBSOCKET_HEARTBEAT_SECONDS: '15',
			PULSE_RAILWAY_WEBSOCKET_TTL_SECONDS: '45',
		});
	});

	it('of the janitor are these and no others (R5.15, decision 18)', () => {
		expect(janitor()).toEqual({
			...BOTH,
			RAILWAY_TOKEN: { from: 'minted-token' },
			PULSE_RAILWAY_SERVICE: 'pulse-router',
			PULSE_RAILWAY_JANITOR_SERVICE: 'pulse-janitor',
			PULSE_RAILWAY_REDIS_SERVICE: 'pulse-redis',
			PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS: '60',
			PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: '86400',
			PULSE_RAILWAY_ROLLBACK_WINDOW: '3600s',
			PULSE_RAILWAY_ROLLBACK_KEEP: '1',
			PULSE_RAILWAY_REDEPLOY_KEEP: '2',
		});
	});

	it('carry the prefix when there is one, and names follow it (R5.14, R5.15)', () => {
		for (const variables of [router({ servicePrefix: 'Foo' }), janitor({ servicePrefix: 'Foo' })]) {
			expect(variables.PULSE_RAILWAY_SERVICE_PREFIX).toBe('foo-');
		}
		expect(janitor({ servicePrefix: 'Foo' }).PULSE_RAILWAY_SERVICE).toBe('foo-router');
	});

	it('know no Redis service where Redis is somebody else’s (R1.11, R5.15)', () => {
		const external = { redisUrl: 'rediss://:pw@elsewhere' };
		expect(janitor(external)).not.toHaveProperty('PULSE_RAILWAY_REDIS_SERVICE');
		expect([router(external).REDIS_URL, janitor(external).REDIS_URL]).toEqual(Array(2).fill(external.redisUrl));
	});
});

describe('the settings (R5.18, decision 16)', () => {
	it('of the router: healthchecked, two side by side while one takes over from the other', () => {
		expect(routerInstance(config({ routerReplicas: '2' }))).toEqual({
			image: config().routerImage,
			numReplicas: 2,
			startCommand: 'pulse-railway router',
			healthcheckPath: '/healthz',
			healthcheckTimeout: 60,
			// As long as Railway lets a request run: a stream outlives the router that carries it.
			overlapSeconds: 900,
			drainingSeconds: 60,
		});
	});

	it('of the janitor: one replica by the clock, never restarted, nothing to ask for health', () => {
		expect(janitorInstance(config())).toEqual({
			image: config().janitorImage,
			numReplicas: 1,
			startCommand: 'pulse-railway janitor run',
			cronSchedule: '*/5 * * * *',
			restartPolicyType: 'NEVER',
		});
	});
});
