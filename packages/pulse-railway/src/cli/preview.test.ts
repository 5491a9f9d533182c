import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, DOCUMENT } from '../../../pulse-edge/src/testing/ask.ts';
import type { LocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { expecting, pulseRailway, startPulseRailway } from './testing/run.ts';
import { initShop, startPlatform } from './testing/shop.ts';

/** One stack with previews of two pull requests. */
let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;
let address: URL;

beforeAll(async () => {
	app = await appFolder();
	await writeFile(
		join(app.dir, 'app.ts'),
		`import { App } from 'pulse-app';
import { RailwayPlugin } from 'pulse-railway';
export const app = new App({
	plugins: [new RailwayPlugin({ deploymentName: 'shop' })],
	listener: (request, response) => {
		if (request.url?.startsWith('/lazy.js') && !process.env.HAS_LAZY) response.statusCode = 404;
		response.end(process.env.PULSE_DEPLOYMENT_ID);
	},
});
`,
	);
	await writeFile(join(app.dir, '.railwayignore'), '.platform\n');
	({ platform, env } = await startPlatform(app.dir));
	address = new URL(await initShop(app.dir, env));
}, 120_000);
afterAll(async () => {
	await platform?.close();
	await app?.dispose();
}, 60_000);

const run = (...args: string[]) => pulseRailway(args, { cwd: app.dir, env });
const { done, refused } = expecting(run);
const deploy = (id: string, ...args: string[]) =>
	done<{ preview: { name: string; address: string; until: number } | null; previous_deployment_id: string }>(
		...['deploy', 'app.ts', '--deployment-id', id, ...args],
	);
const page = async (path: string, headers: Record<string, string> = {}) =>
	(await ask(Number(address.port), path, { headers: { host: address.host, ...DOCUMENT, ...headers } })).body;
const asset = { 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors', accept: '*/*' };
const shown = async () =>
	Object.fromEntries(
		(
			await done<{ deployments: { deployment_id: string; state: string; preview: { name: string } | null }[] }>(
				'status',
			)
		).deployments.map(({ deployment_id, state, preview }) => [deployment_id, [state, preview?.name ?? null]]),
	);

it('a preview is reached by its address alone, and nobody else gets anything of it (R8.12)', async () => {
	expect(await refused('deploy', 'app.ts', '--preview', 'pr-12')).toMatchObject({
		message: 'nothing is active yet, beside which a preview could run',
	});
	await deploy('one');
	const made = await deploy('two', '--preview', 'PR 12', '--env', 'HAS_LAZY=1');
	expect(made).toMatchObject({ previous_deployment_id: 'one', preview: { name: 'pr-12' } });
	const { pathname, search, origin } = new URL(made.preview!.address);
	expect(origin).toBe(address.origin);
	expect(await page(`${pathname}${search}`)).toBe('two');
	expect(await page('/')).toBe('one');
	expect(await page('/lazy.js?pulse_deployment=two', asset)).toBe('two');
	expect(await page('/lazy.js', asset)).toBe('one');
	expect(await shown()).toEqual({ one: ['active', null], two: ['preview', 'pr-12'] });
}, 120_000);

it('it is never where a promotion or a rollback goes, and is no canary that has ended (R8.12)', async () => {
	expect(await refused('promote', 'two')).toMatchObject({ code: 'deployment-state' });
	expect(await refused('rollback', 'two')).toMatchObject({ code: 'deployment-state' });
	expect(await refused('rollback')).toMatchObject({ message: 'there is no earlier deployment to roll back to' });
}, 60_000);

it('a later one of its name takes its place once it answers, a failed or killed one does not (R8.12)', async () => {
	expect((await run('deploy', 'app.ts', '--preview', 'pr-12', '--start', 'false', '--yes')).code).not.toBe(0);
	const killed = startPulseRailway(['deploy', 'app.ts', '--deployment-id', 'dead', '--preview', 'pr-12', '--yes'], {
		cwd: app.dir,
		env,
	});
	await expect.poll(async () => Object.keys(await shown()), { timeout: 60_000, interval: 50 }).toContain('dead');
	killed.kill();
	await killed.ended;
	expect(await page('/?pulse_deployment=two')).toBe('two');

	await deploy('three', '--preview', 'pr-12');
	await deploy('four', '--preview', 'pr-13');
	const deployments = await done<{ deployments: { deployment_id: string; janitor: { reason: string } }[] }>('status');
	const next = Object.fromEntries(deployments.deployments.map((one) => [one.deployment_id, one.janitor.reason]));
	expect(next).toMatchObject({ two: 'preview_over', three: 'preview', four: 'preview' });
	expect(await page('/?pulse_deployment=three')).toBe('three');

	expect(await done('delete', 'four', '--yes')).toMatchObject({ deployment_id: 'four' });
	expect(Object.keys(await shown())).not.toContain('four');
}, 180_000);

it('the next deploy becomes active beside it', async () => {
	await deploy('five');
	expect(await page('/')).toBe('five');
	expect(await shown()).toMatchObject({ five: ['active', null], three: ['preview', 'pr-12'] });
	expect(await done('rollback')).toMatchObject({ deployment_id: 'one' });
}, 120_000);
