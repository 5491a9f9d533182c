import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openKv } from '../stores/testing/kv.ts';
import { redisServerMissing, startRedisServer } from '../stores/testing/redis-server.ts';
import { RailwaySessionStore } from './session-store.ts';

const missing = redisServerMissing();
const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
const documented = /^ACL SETUSER pulse-sessions .+$/m.exec(page)?.[0] ?? '';

describe.skipIf(missing !== null)(`the Redis user for sessions that operators are told to make`, () => {
	async function limited() {
		const server = await startRedisServer();
		onTestFinished(() => server.stop());
		const admin = new Redis(server.url);
		onTestFinished(() => admin.disconnect());
		const [command = '', ...rule] = documented.split(' ');
		expect(await admin.call(command, ...rule)).toBe('OK');
		return { admin, url: server.url.replace('redis://', 'redis://pulse-sessions:PASSWORD@') };
	}

	it('does all that the session store needs', async () => {
		const { url } = await limited();
		const store = new RailwaySessionStore({ url });
		await store.open({ mode: 'prod', env: {}, warn: () => {} });
		onTestFinished(() => store.close());
		expect(await store.write('a', '1', null, 60_000)).toBe(true);
		expect(await store.write('a', '2', 'other', 60_000)).toBe(false);
		await store.touch('a', 120_000);
		expect(await store.read('a')).toBe('1');
		await store.delete('a');
		expect(await store.read('a')).toBeNull();
	});

	it('can neither read nor move what routes', async () => {
		const { url, admin } = await limited();
		await admin.set('pulse:railway:active', 'blue');
		const [kv, client] = [await openKv(url), new Redis(url)];
		onTestFinished(async () => {
			await kv.close();
			client.disconnect();
		});
		const attempts = [
			() => kv.get('pulse:railway:active'),
			() => kv.set('pulse:railway:active', 'evil'),
			() => kv.delete('pulse:railway:active'),
			() => client.eval(`return redis.call('SET', 'pulse:railway:active', 'evil')`, 0),
			() => client.eval(`return redis.call('GET', KEYS[1])`, 1, 'pulse:railway:active'),
			() => client.publish('pulse:railway:changed', ''),
			() => client.keys('*'),
			() => client.flushall(),
			() => client.config('SET', 'requirepass', 'x'),
			() => client.acl('WHOAMI'),
		];
		for (const attempt of attempts) await expect(attempt()).rejects.toThrow(/permission|can't access/i);
		expect(await admin.get('pulse:railway:active')).toBe('blue');
	});
});
