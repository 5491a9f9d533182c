import { readFile, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/harness.ts';
import { runCommand } from './start-container.ts';

const engine = { program: '/usr/bin/docker', env: { PATH: '/usr/bin', HOME: '/root' }, label: ['--label', 'a=b'] };
const container = { image: 'pulse-railway-local:one', isOwn: true, start: null };

test('what a container is told is in a file of its owner, not in process arguments', async () => {
	const cwd = await temporaryFolder();
	const env = { TOKEN: 'hidden \' " $x #', PORT: '8501', KEY: 'hidden\nlines\n' };
	const ports = { host: 20_001, app: 8501 };
	const { command, file, env: given } = runCommand({ container, name: 'one-0', cwd, env, ports }, engine);
	expect(command).not.toContain('hidden');
	expect(command).toBe(
		`/usr/bin/docker run --rm --name one-0 --label a=b --env-file ${file} --env KEY --publish 127.0.0.1:20001:8501 --pull=never pulse-railway-local:one`,
	);
	expect(await readFile(file, 'utf8')).toBe('TOKEN=hidden \' " $x #\nPORT=8501\n');
	expect((await stat(file)).mode & 0o777).toBe(0o600);
	// A file of variables has no line breaks; the command's own environment has.
	expect(given).toEqual({ ...engine.env, KEY: 'hidden\nlines\n' });
});

test('a start command takes the place of the entrypoint, word by word; an image of others may be fetched', async () => {
	const other = { image: 'postgres:17', isOwn: false, start: ['serve', 'a b', '$PORT'] };
	const spec = { container: other, name: 'two', cwd: await temporaryFolder(), env: {}, ports: null };
	const { command } = runCommand(spec, engine);
	expect(command).toMatch(/--env-file \S+ --entrypoint serve postgres:17 'a b' '\$PORT'$/);
});
