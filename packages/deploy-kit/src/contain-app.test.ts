import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let dir: string;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'contain-app-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const JITI = fileURLToPath(new URL('../../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
const SOURCE = fileURLToPath(new URL('./contain-app.ts', import.meta.url));

/** A process of its own, because the app under test tries to end it. */
function containing(app: string, rest = 'new AbortController().signal'): Promise<{ out: string; err: string }> {
	const file = join(dir, `${Math.abs([...app].reduce((hash, c) => Math.imul(hash, 31) + c.charCodeAt(0), 7))}.ts`);
	const source = `import { containApp } from ${JSON.stringify(SOURCE)};
		const exit = process.exit;
		await containApp(async () => { ${app}; return 'loaded'; }, ${rest})
			.then((value) => console.log(value), (error) => console.log('refused: ' + error.message));
		console.log(process.exit === exit, process.listenerCount('uncaughtException'));`;
	return writeFile(file, source).then(
		() =>
			new Promise((resolve) => {
				execFile(process.execPath, [JITI, file], (_error, out, err) => resolve({ out, err }));
			}),
	);
}

describe('an app that is loaded', () => {
	it('prints to stderr, and what comes after it to stdout', async () => {
		const { out, err } = await containing(`console.log('noise'); process.stdout.write('more')`);
		expect(out).toBe('loaded\ntrue 0\n');
		expect(err).toBe('noise\nmore');
	});

	it.each([
		['calls process.exit', 'process.exit(0)', 'It called process.exit(0).'],
		[
			'calls it in a callback',
			'await new Promise(() => setTimeout(() => process.exit(3)))',
			'It called process.exit(3).',
		],
		['throws in a callback', `await new Promise(() => setTimeout(() => { throw new Error('late') }))`, 'late'],
		['leaves a rejection behind', `Promise.reject(new Error('nobody waits'))`, 'nobody waits'],
	])('and %s is refused, and the process goes on as before', async (_what, app, message) => {
		expect((await containing(app)).out).toBe(`refused: ${message}\ntrue 0\n`);
	});

	it.each([
		['now', `createServer().listen(3999, () => console.log('chat on 3999'))`],
		['later', `setTimeout(() => createServer().listen({ port: 3999 }, () => console.log('chat on 3999')), 20)`],
	])('and starts a server %s has none that listens', async (_when, start) => {
		const { out, err } = await containing(`const { createServer } = await import('node:http'); ${start}`);
		expect(out).toBe('loaded\ntrue 0\n');
		expect(err).toBe('');
	});

	it('and waits for a server of its own is refused soon', async () => {
		const app = `const { createServer } = await import('node:http');
			await new Promise((resolve) => createServer().listen(3000, resolve))`;
		expect((await containing(app)).out).toBe(
			'refused: It starts a server on port 3000 when it is loaded, and waits for it.\ntrue 0\n',
		);
	});

	it('leaves servers of the command itself alone', async () => {
		const { out } = await containing(
			`0`,
			`new AbortController().signal); const { createServer } = await import('node:http');
			const own = createServer(); await new Promise((resolve) => own.listen(0, resolve)); own.close(); await Promise.resolve(own.listening || 'listened'`,
		);
		expect(out).toContain('listened');
	});

	it('and never ends is refused when its time is over, or the user has had enough', async () => {
		const forever = 'await new Promise(() => {})';
		const over = await containing(forever, 'new AbortController().signal, { budgetMs: 50 }');
		expect(over.out).toContain('refused: It was still loading after 0.05 s.');
		const enough = await containing(`${forever};`, 'AbortSignal.timeout(50)');
		expect(enough.out).toContain('refused: The operation was aborted due to timeout');
	});
});
