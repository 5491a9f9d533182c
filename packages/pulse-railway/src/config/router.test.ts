import { describe, expect, it } from 'vitest';
import { routerConfig } from './router.ts';

const base = { PULSE_KV_KIND: 'memory' };

it('has the documented defaults (R2.2, R2.16, R3.8, R4.1)', () => {
	const config = routerConfig(base);
	expect(config).toMatchObject({
		port: 8000,
		storeUrl: 'memory:',
		redisPrefix: 'pulse:railway',
		servicePrefix: '',
		backendPort: 8000,
		connectionLimit: 2048,
		heartbeatMs: 15_000,
		activityTtlMs: 45_000,
		assetFallback: true,
		ownParser: true,
		nodeInternals: true,
		accessLog: 'failures',
	});
	expect([1, 2]).toContain(config.workers);
	expect(config.metricsPort).toBeUndefined();
	expect(Object.isFrozen(config)).toBe(true);
});

it('reads what is set (R2.16, R4.1)', () => {
	expect(
		routerConfig({
			REDIS_URL: 'redis://r:6379',
			PORT: '0',
			PULSE_RAILWAY_REDIS_PREFIX: 'x:y:',
			PULSE_RAILWAY_SERVICE_PREFIX: 'App',
			PULSE_RAILWAY_ROUTER_CONNECTION_LIMIT: '4096',
			PULSE_RAILWAY_ROUTER_WORKERS: '3',
			PULSE_RAILWAY_ROUTER_METRICS_PORT: '9090',
			PULSE_RAILWAY_WEBSOCKET_TTL_SECONDS: '2.5',
			PULSE_RAILWAY_ROUTER_ASSET_FALLBACK: 'off',
			PULSE_RAILWAY_ROUTER_OWN_PARSER: '0',
			PULSE_RAILWAY_ROUTER_NODE_INTERNALS: 'off',
			PULSE_RAILWAY_ROUTER_ACCESS_LOG: 'all',
		}),
	).toMatchObject({
		storeUrl: 'redis://r:6379',
		port: 0,
		redisPrefix: 'x:y',
		servicePrefix: 'app-',
		connectionLimit: 4096,
		workers: 3,
		metricsPort: 9090,
		activityTtlMs: 2_500,
		assetFallback: false,
		ownParser: false,
		nodeInternals: false,
		accessLog: 'all',
	});
});

it('keeps snapshots of different stacks apart', () => {
	const other = routerConfig({ ...base, PULSE_RAILWAY_REDIS_PREFIX: 'other' });
	expect(routerConfig(base).snapshotFile).not.toBe(other.snapshotFile);
});

describe('refuses, naming the variable (R2.16)', () => {
	it.each([
		['PULSE_RAILWAY_ROUTER_CONNECTION_LIMIT', 'many', 'must be an integer'],
		['PULSE_RAILWAY_ROUTER_CONNECTION_LIMIT', '0', 'must be >= 1'],
		['PULSE_RAILWAY_ROUTER_CONNECTION_LIMIT', '1.5', 'must be an integer'],
		['PULSE_RAILWAY_ROUTER_WORKERS', '-1', 'must be >= 1'],
		['PORT', '70000', 'must be <= 65535'],
		['PULSE_BACKEND_PORT', 'x', 'must be an integer'],
		['PULSE_RAILWAY_WEBSOCKET_HEARTBEAT_SECONDS', '0', 'must be > 0'],
		['PULSE_RAILWAY_ROUTER_ACCESS_LOG', 'verbose', 'must be one of all, failures, off'],
	])('%s=%s', (name, value, problem) => {
		expect(() => routerConfig({ ...base, [name]: value })).toThrow(`${name}: ${problem}`);
	});

	it('an environment without a store', () => {
		expect(() => routerConfig({})).toThrow('deployment store');
	});
});
