import { describe, expect, it } from 'vitest';
import { requireStoreUrl, storeUrlFromEnvironment } from './store.ts';

describe('the store of an environment (R4.12)', () => {
	const cases: [Record<string, string>, Parameters<typeof storeUrlFromEnvironment>[1], string | null][] = [
		[{}, {}, null],
		[{ REDIS_URL: 'redis://a' }, {}, 'redis://a'],
		[{ REDIS_URL: ' ' }, {}, null],
		[{ PULSE_KV_URL: 'redis://b', REDIS_URL: 'redis://a' }, {}, 'redis://b'],
		[{ PULSE_KV_KIND: 'redis', REDIS_URL: 'redis://a' }, { url: 'redis://c' }, 'redis://a'],
		[{ PULSE_KV_KIND: 'redis' }, { url: 'redis://c' }, 'redis://c'],
		[{ PULSE_KV_KIND: 'redis' }, {}, null],
		[{ PULSE_KV_KIND: 'memory', REDIS_URL: 'redis://a' }, {}, 'memory:'],
		[{}, { kind: 'memory' }, 'memory:'],
		[{ PULSE_KV_KIND: 'sqlite', PULSE_KV_PATH: '/data/p.db' }, { path: 'q.db' }, 'sqlite:/data/p.db'],
		[{}, { kind: 'sqlite', path: 'q.db' }, 'sqlite:q.db'],
		[{ PULSE_KV_KIND: 'sqlite', REDIS_URL: 'redis://a' }, {}, null],
		[{ PULSE_KV_KIND: 'etcd', REDIS_URL: 'redis://a' }, {}, 'redis://a'],
		[{ REDIS_URL: 'sqlite:///data/p.db' }, {}, 'sqlite:///data/p.db'],
	];
	for (const [env, choice, url] of cases) {
		it(`${JSON.stringify(env)} and ${JSON.stringify(choice)} → ${url}`, () => {
			expect(storeUrlFromEnvironment(env, choice)).toBe(url);
		});
	}

	it('is named when it is missing (R2.17)', () => {
		expect(() => requireStoreUrl({})).toThrow(/deployment store/);
	});
});
