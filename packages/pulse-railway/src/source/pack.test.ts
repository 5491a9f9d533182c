import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { list as listTar } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listFiles } from './list-files.ts';
import { pack } from './pack.ts';

const run = promisify(execFile);
const signal = new AbortController().signal;
let root: string;

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'pulse-pack-'));
	await mkdir(join(root, 'context'));
});
afterEach(() => rm(root, { recursive: true }));

const at = (name: string) => join(root, 'context', name);
const files = () => listFiles(join(root, 'context'), { gitignore: true }, signal);

test('the archive unpacks to the same files, links as what they point to', async () => {
	await mkdir(at('bin'));
	await writeFile(at('bin/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
	await writeFile(at('@odd name'), 'odd');
	await writeFile(at(`${'long-'.repeat(30)}ünï`), 'long');
	await writeFile(join(root, 'outside'), 'outside');
	await symlink('../../outside', at('bin/link'));
	await link(at('@odd name'), at('twin'));

	const packed = await pack(await files(), signal);
	const archive = join(root, 'a.tgz');
	await writeFile(archive, await buffer(packed.open()));
	expect(packed.bytes).toBe((await stat(archive)).size);

	const types: Record<string, string> = {};
	await listTar({ file: archive, onReadEntry: (entry) => Object.assign(types, { [entry.path]: entry.type }) });
	expect(Object.keys(types)[0]).toBe('./@odd name');
	expect(Object.keys(types).every((path) => path.startsWith('./'))).toBe(true);
	expect(new Set(Object.values(types))).toEqual(new Set(['File', 'Directory']));

	const out = join(root, 'out');
	await mkdir(out);
	await run('tar', ['-xzf', archive, '-C', out]);
	expect(await readFile(join(out, 'bin/link'), 'utf8')).toBe('outside');
	expect(await readFile(join(out, 'twin'), 'utf8')).toBe('odd');
	expect(await readFile(join(out, `${'long-'.repeat(30)}ünï`), 'utf8')).toBe('long');
	expect((await stat(join(out, 'bin/run.sh'))).mode & 0o111).not.toBe(0);
	await packed.dispose();
});

test('files with several names go up as files of their own, however many there are', async () => {
	await mkdir(at('data'));
	for (let i = 1; i <= 8; i++) await writeFile(at(`data/f${i}`), `${i}`);
	for (const [one, other] of [
		[2, 4],
		[1, 8],
		[5, 6],
	]) {
		await rm(at(`data/f${other}`));
		await link(at(`data/f${one}`), at(`data/f${other}`));
	}
	for (let i = 0; i < 40; i++) await link(at('data/f3'), at(`data/f3-${i}`));
	const packed = await pack(await files(), AbortSignal.timeout(20_000));
	const types: string[] = [];
	await pipeline(packed.open(), listTar({ onReadEntry: (entry) => types.push(`${entry.type} ${entry.size}`) }));
	expect(types.sort()).toEqual([...Array(1).fill('Directory 0'), ...Array(48).fill('File 1')]);
	await packed.dispose();
});

test('write bits of group and others go up, the owner does not', async () => {
	const modes = { open: 0o666, script: 0o775, private: 0o600, none: 0o444 };
	for (const [name, mode] of Object.entries(modes)) {
		await writeFile(at(name), name);
		await chmod(at(name), mode);
	}
	await mkdir(at('shared'));
	await chmod(at('shared'), 0o777);
	const packed = await pack(await files(), signal);
	const seen: Record<string, unknown> = {};
	await pipeline(
		packed.open(),
		listTar({ onReadEntry: ({ path, mode, uid, uname }) => Object.assign(seen, { [path]: [mode, uid, uname] }) }),
	);
	const expected = Object.entries({ ...modes, 'shared/': 0o777 }).map(([name, mode]) => [
		`./${name}`,
		[mode, undefined, ''],
	]);
	expect(seen).toEqual(Object.fromEntries(expected));
	await packed.dispose();
});

test('packing twice gives the same bytes', async () => {
	for (const name of ['b', 'a', 'c']) await writeFile(at(name), name.repeat(1000));
	const [first, second] = [await pack(await files(), signal), await pack(await files(), signal)];
	expect(await buffer(first.open())).toEqual(await buffer(second.open()));
	await Promise.all([first.dispose(), second.dispose()]);
});

test('says how far it is and leaves nothing behind', async () => {
	for (const name of ['a', 'b', 'c']) await writeFile(at(name), '');
	const progress: number[] = [];
	const packed = await pack(await files(), signal, (count) => progress.push(count));
	expect(progress).toEqual([1, 2, 3]);
	await packed.dispose();
	await expect(buffer(packed.open())).rejects.toThrow('ENOENT');
});

test('a file that vanished is an error, not a silent gap', async () => {
	await writeFile(at('a'), '');
	await writeFile(at('b'), '');
	const listed = await files();
	await rm(at('b'));
	await expect(pack(listed, signal)).rejects.toThrow(/Cannot pack the build context: .*b/);
});

test('a file that vanished is an error also when it is missed between two reads of the archive', async () => {
	for (let name = 0; name < 30; name++) await writeFile(at(`a${name}`), randomBytes(10_000));
	await writeFile(at('b'), '');
	const listed = await files();
	await rm(at('b'));
	const unheard: unknown[] = [];
	const hear = (error: unknown) => unheard.push(error);
	process.on('uncaughtException', hear);
	try {
		for (let time = 0; time < 10; time++)
			await expect(pack(listed, signal)).rejects.toThrow(/Cannot pack the build context: .*b/);
	} finally {
		process.off('uncaughtException', hear);
	}
	expect(unheard).toEqual([]);
});

test('an abort ends packing with its own reason', async () => {
	await writeFile(at('a'), Buffer.alloc(5_000_000));
	const abort = new AbortController();
	const packing = pack(await files(), abort.signal);
	abort.abort(new Error('stop'));
	await expect(packing).rejects.toThrow('stop');
});
