import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header, type HeaderData } from 'tar';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../testing/harness.ts';
import { dependencyCommands, writeCommands } from './commands.ts';
import { writeRedisConfig } from './image.ts';
import { unpack } from './unpack.ts';

type Entry = Pick<HeaderData, 'path' | 'type' | 'linkpath'>;

/** An archive that no honest tool would write, beside a secret file, unpacked. */
async function unpacked(...entries: readonly Entry[]): Promise<{ app: string; error: string | null }> {
	const dir = await temporaryFolder();
	await writeFile(join(dir, 'secret'), 'secret');
	const blocks = entries.map((entry) => {
		const block = Buffer.alloc(512);
		new Header({ mode: 0o755, size: 0, mtime: new Date(0), ...entry }).encode(block);
		return block;
	});
	await writeFile(join(dir, 'source.tgz'), gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])));
	const app = join(dir, 'app');
	const error = await unpack(join(dir, 'source.tgz'), app, new AbortController().signal).then(
		() => null,
		(reason: Error) => reason.message,
	);
	return { app, error };
}

const folder = (path: string): Entry => ({ path, type: 'Directory' });
const link = (path: string, linkpath: string): Entry => ({ path, type: 'SymbolicLink', linkpath });

describe('an archive', () => {
	test.each<[string, Entry[]]>([
		['a link over a link', [folder('a/b/'), link('a/b/up', '../..'), link('out', 'a/b/up/../secret')]],
		[
			'a hard link over a link',
			[folder('a/b/'), link('a/b/up', '../..'), { path: 'out', type: 'Link', linkpath: 'a/b/up/../secret' }],
		],
		['a file through a link', [link('here', '.'), { path: 'here/../../secret', type: 'File' }]],
		['an absolute hard link', [{ path: 'out', type: 'Link', linkpath: '/etc/passwd' }]],
		['a device', [{ path: 'disk', type: 'BlockDevice' }]],
		['a pipe', [{ path: 'pipe', type: 'FIFO' }]],
	])('with %s is refused', async (_name, entries) => {
		const { app, error } = await unpacked(...entries);
		expect(error).not.toBeNull();
		for (const name of ['out', 'disk', 'pipe']) expect(await readdir(app)).not.toContain(name);
	});

	test('may hold links that stay inside', async () => {
		const { app, error } = await unpacked(folder('a/b/'), link('a/b/up', '../../a'), link('also', './a/b'));
		expect(error).toBeNull();
		expect((await readdir(app)).sort()).toEqual(['a', 'also']);
	});
});

test('a dependency names its commands, not files elsewhere', async () => {
	const root = join(await temporaryFolder(), 'app');
	await mkdir(join(root, 'node_modules/evil'), { recursive: true });
	await writeFile(join(root, 'package.json'), '{"dependencies":{"evil":"1"}}');
	await writeFile(
		join(root, 'node_modules/evil/package.json'),
		'{"bin":{"../../escaped":"x.js","..":"x.js","good.js":"x.js"}}',
	);
	const bin = await writeCommands(join(root, 'bin'), await dependencyCommands(root));
	expect(await readdir(bin)).toEqual(['good.js']);
	expect((await readdir(join(root, '..'))).sort()).toEqual(['app']);
});

test('a password cannot add directives to the configuration of Redis', async () => {
	const text = await readFile(writeRedisConfig(await temporaryFolder(), 1, 'x"\nloadmodule /evil.so\r'), 'utf8');
	expect(text.split('\n').filter((line) => line.startsWith('loadmodule'))).toEqual([]);
	expect(text).toContain('requirepass "x\\"\\nloadmodule /evil.so\\r"');
});
