import { describe, expect, it, onTestFinished } from 'vitest';
import { openRedis } from './redis.ts';
import { redisInfo } from './store-info.ts';
import { redisServerMissing, startRedisServer } from './testing/redis-server.ts';

const missing = redisServerMissing();

it.skipIf(missing !== null)(
	`a real Redis says its version, policy and role${missing ? ` (${missing})` : ''}`,
	async () => {
		const server = await startRedisServer();
		onTestFinished(() => server.stop());
		const store = openRedis(server.url);
		onTestFinished(() => store.close());
		const info = await store.info();
		expect(info).toMatchObject({
			kind: 'redis',
			memoryPolicy: 'noeviction',
			memoryLimit: null,
			evicted: 0,
			replica: false,
		});
		expect(info.version).toMatch(/^\d+\.\d+/);
		expect(info.memoryUsed).toBeGreaterThan(0);
	},
);

describe('a managed Redis', () => {
	it('may leave lines out, and nothing is made up for them', () => {
		const { kind, ...said } = redisInfo('# Server\r\nredis_version:7.2.4\r\nmaxmemory:lots\r\n');
		expect(said).toEqual({
			version: '7.2.4',
			memoryPolicy: null,
			memoryLimit: null,
			memoryUsed: null,
			evicted: null,
			persistent: null,
			replica: null,
		});
	});
});
