import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { pulseRailway } from './testing/run.ts';
import { initShop, startPlatform } from './testing/shop.ts';

/** One stack, and shells that have exported no more than a token. */
let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;
let ids: Record<string, string>;

beforeAll(async () => {
	app = await appFolder();
	({ platform, env } = await startPlatform(app.dir));
	await initShop(app.dir, env);
	const { RAILWAY_PROJECT_ID, RAILWAY_ENVIRONMENT_ID, ...shell } = env;
	ids = { RAILWAY_PROJECT_ID: RAILWAY_PROJECT_ID!, RAILWAY_ENVIRONMENT_ID: RAILWAY_ENVIRONMENT_ID! };
	env = shell;
}, 120_000);
afterAll(async () => {
	await platform?.close();
	await app?.dispose();
}, 60_000);

const run = (args: string[], more: Record<string, string> = {}) =>
	pulseRailway([...args, '--json'], { cwd: app.dir, env: { ...env, ...more } });

it('a new shell needs no exports: init has written beside pulse.toml what it made (R5.27)', async () => {
	const kept = JSON.parse(await readFile(join(app.dir, '.pulse/local/target.json'), 'utf8'));
	expect(kept).toEqual({
		project: { id: ids.RAILWAY_PROJECT_ID, name: 'shop' },
		environment: { id: ids.RAILWAY_ENVIRONMENT_ID, name: 'production' },
	});
	// What a local platform has made is of this machine.
	expect(await readFile(join(app.dir, '.pulse/local/.gitignore'), 'utf8')).toBe('*\n');
	const seen = await run(['status']);
	expect(seen.code, seen.stderr).toBe(0);
	expect(seen.json()).toMatchObject({ project: 'shop', environment: 'production' });
	expect(seen.stderr).toContain('project shop, environment production, as .pulse/local/target.json remembers');
	expect((await run(['whoami'])).json()).toMatchObject({ project: { name: 'shop', from: '.pulse/local/target.json' } });
}, 60_000);

it('config shows it with its origin, and nothing of it where another project is named (C1.21)', async () => {
	type Report = { settings: { name: string; value: unknown; origin: string | null }[]; remembered: unknown };
	const of = async (...flags: string[]) => {
		const { settings, remembered } = (await run(['config', 'app.ts', ...flags])).json<Report>();
		return { ...Object.fromEntries(settings.map(({ name, value, origin }) => [name, [value, origin]])), remembered };
	};
	const place = '.pulse/local/target.json';
	const remembered = { place, project: { name: 'shop' }, environment: { name: 'production' } };
	expect(await of()).toMatchObject({
		...{ 'project-id': [ids.RAILWAY_PROJECT_ID, place], 'environment-id': [ids.RAILWAY_ENVIRONMENT_ID, place] },
		remembered,
	});
	expect(await of('--environment', 'staging')).toMatchObject({
		...{ project: ['shop', place], environment: ['staging', '--environment'], 'environment-id': [null, null] },
	});
	const other = await of('--project', 'other');
	expect(other).toMatchObject({ 'project-id': [null, null], 'environment-id': [null, null], remembered });
}, 60_000);

it('another folder, and one that remembers something else, is what it says (R5.27)', async () => {
	const other = join(app.dir, 'other');
	await mkdir(join(other, '.pulse/local'), { recursive: true });
	const away = await pulseRailway(['status', '--json'], { cwd: other, env });
	expect(away.json()).toMatchObject({ error: { message: 'project is required' } });
	const gone = { id: '00000000-0000-4000-8000-000000000000', name: 'gone' };
	await writeFile(join(other, '.pulse/local/target.json'), JSON.stringify({ project: gone, environment: gone }));
	const refused = await pulseRailway(['status', '--json'], { cwd: other, env });
	expect(refused.json()).toMatchObject({
		error: { message: '.pulse/local/target.json remembers the project gone, which this token does not open' },
	});
	const named = await pulseRailway(['status', '--json'], { cwd: other, env: { ...env, ...ids } });
	expect(named.json()).toMatchObject({ project: 'shop' });
	await writeFile(join(other, '.pulse/local/target.json'), '<<<<<<< ours');
	const damaged = await pulseRailway(['status', '--json'], { cwd: other, env });
	expect(damaged.json<{ error: { message: string } }>().error.message).toContain('cannot be read');
}, 60_000);

it('ensure finds the stack again by it (R5.27)', async () => {
	const done = await run(['ensure', 'app.ts', '--yes', '--janitor-cron-schedule', '0 0 29 2 *']);
	expect(done.code, done.stderr).toBe(0);
	expect(done.json()).toMatchObject({ changed: false });
}, 60_000);
