import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadApp, solePlugin } from './load-app.ts';

let dir: string;
const signal = new AbortController().signal;

beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'load-app-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function app(name: string, source: string): Promise<string> {
	const path = join(dir, name);
	await writeFile(path, source);
	return path;
}

const BRANDS = `
	const plugin = (name: string, options = {}) => ({ [Symbol.for('pulse.plugin')]: 1 as const, name, options });
	const store = { [Symbol.for('pulse.session-store')]: 'railway' };
	const make = (plugins: unknown[], sessionStore?: unknown) => ({ [Symbol.for('pulse.app')]: 1, plugins, sessionStore });
`;

describe('an app file', () => {
	it.each([
		[
			'a default export',
			'export default make([plugin("railway", { servicePrefix: "x" }), { name: "not one" }], store)',
		],
		['a named export', 'export const app = make([plugin("railway", { servicePrefix: "x" })], store)'],
	])('in TypeScript is read from %s', async (name, source) => {
		const loaded = await loadApp(await app(`${name.replaceAll(' ', '-')}.ts`, BRANDS + source), signal);
		expect(loaded).toMatchObject({
			language: 'javascript',
			plugins: [{ name: 'railway', options: { servicePrefix: 'x' } }],
			sessionStore: 'railway',
		});
	});

	it('sees PULSE_ENV=ci, and what it does to environment and directory is taken back (R7.4)', async () => {
		const before = [process.cwd(), process.env.PATH, process.env.PULSE_ENV];
		const file = await app(
			'rude.ts',
			`${BRANDS} const seen = process.env.PULSE_ENV; process.env.LEFT_BEHIND = '1'; process.env.PATH = ''; process.chdir('/');
			export default make([plugin('railway', { seen })])`,
		);
		expect((await loadApp(file, signal)).plugins[0]?.options).toEqual({ seen: 'ci' });
		expect([process.cwd(), process.env.PATH, process.env.PULSE_ENV]).toEqual(before);
		expect(process.env.LEFT_BEHIND).toBeUndefined();
	});

	it('that throws is the fault of the app, with its own words', async () => {
		const file = await app('broken.ts', `throw new Error('no database')`);
		await expect(loadApp(file, signal)).rejects.toMatchObject({
			code: 'app-failed',
			fault: 'app',
			detail: 'no database',
		});
	});

	it('without an app, missing, or of an unknown kind, is named', async () => {
		await expect(loadApp(await app('empty.ts', 'export default {}'), signal)).rejects.toThrow(
			/No Pulse app in .*empty\.ts/,
		);
		await expect(loadApp(join(dir, 'gone.ts'), signal)).rejects.toThrow(/App file not found: .*gone\.ts/);
		await expect(loadApp(await app('app.rb', ''), signal)).rejects.toThrow(/'\.rb' is not one of/);
	});
});

describe('the one plugin of a kind', () => {
	const loaded = (names: string[]) => ({
		file: '/app.ts',
		language: 'javascript' as const,
		sessionStore: null,
		plugins: names.map((name) => ({ name, options: {} })),
	});

	it('is found among others', () => {
		expect(solePlugin(loaded(['other', 'railway']), 'railway', 'RailwayPlugin').name).toBe('railway');
	});
	it('is missed', () => {
		expect(() => solePlugin(loaded(['other']), 'railway', 'RailwayPlugin')).toThrow('RailwayPlugin not found on app');
	});
	it('must not be two', () => {
		expect(() => solePlugin(loaded(['railway', 'railway']), 'railway', 'RailwayPlugin')).toThrow(
			'expected exactly one RailwayPlugin on app',
		);
	});
});
