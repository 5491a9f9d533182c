import { describe, expect, it } from 'vitest';
import { requireStoreUrl, storeUrlFromEnvironment } from './store.ts';

describe('the store of an environment (R4.12)', () => {
	const cases: [Record<string, string>, string | null][] = [
		[{}, null],
		[{ REDIS_URL: 'redis://a' }, 'redis://a'],
		[{ REDIS_URL: ' ' }, null],
		[{ PULSE_KV_URL: 'redis://b', REDIS_URL: 'redis://a' }, 'redis://b'],
		[{ PULSE_KV_KIND: 'redis', REDIS_URL: 'redis://a' }, 'redis://a'],
		[{ PULSE_KV_KIND: 'redis' }, null],
		[{ PULSE_KV_KIND: 'memory', REDIS_URL: 'redis://a' }, 'memory:'],
		[{ PULSE_KV_KIND: 'sqlite', PULSE_KV_PATH: '/data/p.db' }, 'sqlite:/data/p.db'],
		[{ PULSE_KV_KIND: 'sqlite', REDIS_URL: 'redis://a' }, null],
		[{ PULSE_KV_KIND: 'etcd', REDIS_URL: 'redis://a' }, 'redis://a'],
		[{ REDIS_URL: 'sqlite:///data/p.db' }, 'sqlite:///data/p.db'],
	];
	for (const [env, url] of cases) {
		it(`${JSON.stringify(env)} → ${url}`, () => {
			expect(storeUrlFromEnvironment(env)).toBe(url);
		});
	}

	it('is named when it is missing (R2.17)', () => {
		expect(() => requireStoreUrl({})).toThrow(/deployment store/);
	});
});
