import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openPrivateNetwork } from './private-network.ts';

async function networkFile(services: unknown) {
	const folder = await mkdtemp(join(tmpdir(), 'network-'));
	onTestFinished(() => rm(folder, { recursive: true }));
	const file = join(folder, 'network.json');
	const write = (content: unknown) => writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
	await write(services);
	return { file, folder, write };
}

it('on Railway a service is a name of the private network, resolved for both families (R2.2)', () => {
	const network = openPrivateNetwork();
	expect(network.address('v1', 8000)).toEqual({ host: 'v1.railway.internal', port: 8000 });
	expect(network.refresh('v1', 8000, { host: 'v1.railway.internal', port: 8000 })).toBe(false);
});

it.each(['evil.example/', 'evil.example:80#', 'a@b', 'a.b', '127.0.0.1', '[::1]', '', 'a b', `${'x'.repeat(64)}`])(
	'%j is no service, whoever wrote it into the store',
	(name) => expect(() => openPrivateNetwork().address(name, 8000)).toThrow('not on the private network'),
);

it('connections opened together share one lookup, and later ones look again', async () => {
	const lookup = openPrivateNetwork().lookup!;
	const once = () =>
		new Promise((resolve) => {
			lookup('localhost', { all: true }, (error, found) => resolve(error ?? found));
		});
	const [one, two] = await Promise.all([once(), once()]);
	expect(one).toBe(two);
	expect(one).toContainEqual(expect.objectContaining({ address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) }));
	expect(await once()).not.toBe(one);
});

it('a file names the addresses instead, and is read again when it changes', async () => {
	const { file, folder } = await networkFile({ v1: '127.0.0.1:1001', v6: '[::1]:1006' });
	const network = openPrivateNetwork({ file });
	expect(network.address('v1', 8000)).toEqual({ host: '127.0.0.1', port: 1001 });
	expect(network.address('v6', 8000)).toEqual({ host: '::1', port: 1006 });
	await writeFile(join(folder, 'next'), JSON.stringify({ v1: '127.0.0.1:1002' }));
	await rename(join(folder, 'next'), file);
	await expect.poll(() => network.address('v1', 8000).port).toBe(1002);
});

it('a failed connection looks at once, and says whether the service moved', async () => {
	const { file, write } = await networkFile({ v1: '127.0.0.1:1001' });
	const network = openPrivateNetwork({ file });
	const tried = network.address('v1', 8000);
	expect(network.refresh('v1', 8000, tried)).toBe(false);
	await write({ v1: '127.0.0.1:10022' });
	expect(network.refresh('v1', 8000, tried)).toBe(true);
	expect(network.address('v1', 8000).port).toBe(10022);
});

it('a service that is not there is an error, until it is', async () => {
	const { file, write } = await networkFile({ odd: 'nowhere', worse: 5 });
	const network = openPrivateNetwork({ file });
	for (const name of ['v1', 'odd', 'worse', '__proto__', 'toString']) {
		expect(() => network.address(name, 8000)).toThrow('not on the private network');
	}
	await write({ v1: '127.0.0.1:1001' });
	expect(network.address('v1', 8000).port).toBe(1001);
});

it('a file that is half-written or gone leaves what was known', async () => {
	const { file, write } = await networkFile({ v1: '127.0.0.1:1001' });
	const network = openPrivateNetwork({ file });
	const tried = network.address('v1', 8000);
	for (const damaged of ['{"v1": "127.0.', 'null', '1']) {
		await write(damaged);
		expect(network.refresh('v1', 8000, tried)).toBe(false);
		expect(network.address('v1', 8000)).toEqual(tried);
	}
	await rm(file);
	expect(network.refresh('v1', 8000, tried)).toBe(false);
	expect(network.address('v1', 8000)).toEqual(tried);
});

it('a list in the file names the replicas of a service (R2.22)', async () => {
	const { file, write } = await networkFile({
		v1: ['127.0.0.1:1001', '127.0.0.1:1002', 7, 'nowhere'],
		v2: '127.0.0.1:1003',
		v3: [],
	});
	const network = openPrivateNetwork({ file });
	const ports = (name: string) => network.replicas?.seen(name, 8000)?.map(({ port }) => port) ?? null;
	expect([ports('v1'), ports('v2'), ports('v3'), ports('v4')]).toEqual([[1001, 1002], [1003], null, null]);
	expect(network.address('v1', 8000).port).toBe(1001);
	await write({ v1: '127.0.0.1:1002' });
	expect(await network.replicas?.look('v1', 8000)).toBe(true);
	expect(ports('v1')).toEqual([1002]);
});
