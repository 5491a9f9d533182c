import type { LookupAddress } from 'node:dns';
import { expect, it, vi } from 'vitest';
import { replicaLookup } from './replica-lookup.ts';

const six = (address: string): LookupAddress => ({ address, family: 6 });
const four = (address: string): LookupAddress => ({ address, family: 4 });

function looking(answers: () => readonly LookupAddress[] | Error) {
	const asked: string[] = [];
	const replicas = replicaLookup(
		(name) => `${name}.internal`,
		async (host) => {
			asked.push(host);
			const answer = answers();
			if (answer instanceof Error) throw answer;
			return answer;
		},
	);
	return { asked, replicas, hosts: () => replicas.seen('blue', 8000)?.map(({ host }) => host) ?? null };
}

it('replicas are what a private name resolves to, in one family and one order (R2.22)', async () => {
	const { replicas, hosts } = looking(() => [
		four('10.0.0.2'),
		six('fd12::b'),
		six('fd12::a'),
		six('fd12::b'),
		four('10.0.0.1'),
	]);
	expect(hosts()).toBeNull();
	expect(await replicas.look('blue', 8000)).toBe(true);
	expect(hosts()).toEqual(['fd12::a', 'fd12::b']);
	const alone = looking(() => [four('10.0.0.2'), six('fd12::b')]);
	await alone.replicas.look('blue', 8000);
	expect(alone.hosts()).toEqual(['fd12::b']);
	const old = looking(() => [four('10.0.0.2'), four('10.0.0.1')]);
	await old.replicas.look('blue', 8000);
	expect(old.hosts()).toEqual(['10.0.0.1', '10.0.0.2']);
});

it('one that comes or goes is noticed within seconds, and a resolver that fails takes nobody away (R2.22)', async () => {
	vi.useFakeTimers({ toFake: ['performance'] });
	try {
		let answer: readonly LookupAddress[] | Error = [six('fd12::a')];
		const { replicas, hosts, asked } = looking(() => answer);
		await Promise.all([replicas.look('blue', 8000), replicas.look('blue', 8000)]);
		expect(asked).toEqual(['blue.internal']);
		const first = replicas.seen('blue', 8000);
		answer = [six('fd12::b'), six('fd12::a')];
		expect(replicas.seen('blue', 8000)).toBe(first);
		vi.advanceTimersByTime(2_001);
		// What is old still serves, while it is looked at.
		expect(replicas.seen('blue', 8000)).toBe(first);
		await expect.poll(hosts).toEqual(['fd12::a', 'fd12::b']);
		answer = new Error('SERVFAIL');
		expect(await replicas.look('blue', 8000)).toBe(false);
		expect(hosts()).toEqual(['fd12::a', 'fd12::b']);
	} finally {
		vi.useRealTimers();
	}
});

it('a name that is none is nobody', async () => {
	const replicas = replicaLookup(
		() => {
			throw new Error('no service');
		},
		async () => [six('fd12::a')],
	);
	expect(await replicas.look('evil.example/', 8000)).toBe(false);
	expect(replicas.seen('evil.example/', 8000)).toBeNull();
});
