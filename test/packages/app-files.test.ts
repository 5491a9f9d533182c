import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadApp as loadToDeploy } from '../../packages/deploy-kit/src/load-app.ts';
import { loadApp as loadToRun } from '../../packages/pulse-app/src/cli/load-app.ts';
import { ROOT } from '../repository/source-files.ts';

const signal = new AbortController().signal;
let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'pulse-app-files-'));
	symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes the files into a folder of their own and loads `entry` as both tools do; what the app is named. */
async function load(
	entry: string,
	files: Readonly<Record<string, string>>,
	links: Readonly<Record<string, string>> = {},
) {
	const dir = mkdtempSync(join(folder, 'we ird #1 100%-'));
	const at = (path: string) => {
		const file = join(dir, path);
		mkdirSync(dirname(file), { recursive: true });
		return file;
	};
	writeFileSync(at('package.json'), '{"type":"module","imports":{"#lib/*":"./src/*"}}');
	for (const [path, text] of Object.entries(files)) writeFileSync(at(path), text);
	for (const [path, target] of Object.entries(links)) symlinkSync(target, at(path));
	const deployed = await loadToDeploy(join(dir, entry), signal);
	const run = await loadToRun(entry, dir);
	return [deployed.plugins[0]?.name, run.plugins[0]?.name];
}

const app = (imports: string, name: string) => `import { App } from 'pulse-app';
${imports}
export default new App({ listener: () => {}, plugins: [{ [Symbol.for('pulse.plugin')]: 1, name: String(${name}) }] });`;
const tsconfig = (options: object) => JSON.stringify({ compilerOptions: options });
const NAME = { 'src/name.ts': `export const name: string = 'n';` };
const H = `const h = (tag: string, _: unknown, ...children: unknown[]) => tag + children.join('');`;

describe('an app file is loaded to be run and to be deployed', () => {
	it.each([
		['app.tsx', H],
		['app.jsx', H.replaceAll(/: (string|unknown(\[\])?)/g, '')],
	])('as %s with a factory of its own', async (entry, h) => {
		const source = `/** @jsx h */\n${app(h, '<p>hi</p>')}`;
		expect(await load(entry, { [entry]: source })).toEqual(['phi', 'phi']);
	});

	it('with JSX as its tsconfig says, in the file and in what it imports', async () => {
		const files = {
			'base.json': `{ // a comment, and a comma too many
				"compilerOptions": { "jsxImportSource": "hono/jsx", }, }`,
			'tsconfig.json': JSON.stringify({ extends: './base.json', compilerOptions: { jsx: 'react-jsx' } }),
			'src/page.tsx': 'export const Page = ({ n }: { n: string }) => <p class="x">{n}</p>;',
		};
		const entries = {
			'app.tsx': app(`import { Page } from './src/page';`, '<Page n="1" />'),
			'app.jsx': app(`import { Page } from './src/page';`, '<Page n="1" />'),
			'app.ts': app(`import { Page } from './src/page'; const cast = <string><unknown>'1';`, 'Page({ n: cast })'),
		};
		for (const [entry, source] of Object.entries(entries)) {
			expect(await load(entry, { ...files, [entry]: source })).toEqual(Array(2).fill('<p class="x">1</p>'));
		}
	});

	it('with a classic factory that its tsconfig names', async () => {
		const files = { 'tsconfig.json': tsconfig({ jsx: 'react', jsxFactory: 'h' }), 'app.tsx': app(H, '<p>hi</p>') };
		expect(await load('app.tsx', files)).toEqual(['phi', 'phi']);
	});

	it.each([
		['a path of its tsconfig', '@/name'],
		['such a path with an ending', '@/name.js'],
		['a subpath of its package', '#lib/name.ts'],
		['no ending', './src/name'],
		['the ending of the build', './src/name.js'],
	])('with imports by %s', async (_what, specifier) => {
		const files = { 'tsconfig.json': tsconfig({ baseUrl: '.', paths: { '@/*': ['src/*'] } }), ...NAME };
		const source = app(`import { name } from '${specifier}';`, 'name');
		expect(await load('app.ts', { ...files, 'app.ts': source })).toEqual(['n', 'n']);
	});

	it('through links, to the file, to a folder and to an import', async () => {
		const files = {
			'real/name.ts': `export const name = 'n';`,
			'real/deep/more.ts': `export { name } from '../name';`,
			'real/app.ts': app(`import { name } from './deep/more.ts';`, 'name'),
			'other.ts': app(
				`import { name } from './links/deep/more'; import { name as same } from './links/more.ts';`,
				'name + same',
			),
		};
		const links = { 'app.ts': 'real/app.ts', 'links/deep': '../real/deep', 'links/more.ts': '../real/deep/more.ts' };
		expect(await load('app.ts', files, links)).toEqual(['n', 'n']);
		expect(await load('other.ts', files, links)).toEqual(['nn', 'nn']);
	});

	it('as CommonJS, with the app inside what it exports', async () => {
		const source = `const { App } = require('pulse-app');
			module.exports = { app: new App({ listener() {}, plugins: [{ [Symbol.for('pulse.plugin')]: 1, name: 'c' }] }) };`;
		expect(await load('app.cjs', { 'app.cjs': source })).toEqual(['c', 'c']);
	});

	it('by the same code in both packages', () => {
		const [run, deploy] = ['pulse-app/src/cli', 'deploy-kit/src'].map((place) =>
			readFileSync(join(ROOT, 'packages', place, 'import-file.ts'), 'utf8'),
		);
		expect(run).toBe(deploy);
	});
});

describe('a file that is a whole program', () => {
	const chat = `import { createServer } from 'node:http';
		createServer((request, response) => response.end('chat')).listen(0, '127.0.0.1', () => console.log('chat is on'));`;
	const wrap = { next: expect.stringContaining('new App({ listener: app })') };

	it('is told how to become an app', async () => {
		await expect(load('chat.ts', { 'chat.ts': chat })).rejects.toMatchObject({
			message: expect.stringMatching(/No Pulse app in .*chat\.ts: it starts a server on a port by itself/),
			...wrap,
		});
		const dir = mkdtempSync(join(folder, 'chat-'));
		writeFileSync(join(dir, 'chat.ts'), chat.replace('listen(0', 'listen(0 as number'));
		await expect(loadToRun('chat.ts', dir)).rejects.toMatchObject({ code: 'starts-server', ...wrap });
	});

	it('and waits for its own server is told so, soon', async () => {
		const waiting = `import { createServer } from 'node:http';
			await new Promise((resolve) => createServer().listen(3000, () => resolve(0)));`;
		await expect(load('waiting.ts', { 'waiting.ts': waiting })).rejects.toMatchObject({
			code: 'app-failed',
			detail: expect.stringContaining('port 3000'),
			...wrap,
		});
	});

	it('and exports an app as well is deployed without starting what it starts', async () => {
		const both = `${chat}\n${app('', `'both'`)}`.replace(/^/, '');
		const dir = mkdtempSync(join(folder, 'both-'));
		writeFileSync(
			join(dir, 'app.ts'),
			`import { App } from 'pulse-app';\n${both.replace("import { App } from 'pulse-app';", '')}`,
		);
		expect((await loadToDeploy(join(dir, 'app.ts'), signal)).plugins[0]?.name).toBe('both');
	});
});
