import { execFile } from 'node:child_process';
import { link, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
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

test('an abort ends packing with its own reason', async () => {
	await writeFile(at('a'), Buffer.alloc(5_000_000));
	const abort = new AbortController();
	const packing = pack(await files(), abort.signal);
	abort.abort(new Error('stop'));
	await expect(packing).rejects.toThrow('stop');
});
