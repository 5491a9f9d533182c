import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { pulseRailway } from './testing/run.ts';
import { initShop, startPlatform } from './testing/shop.ts';

let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;
let address: string;

beforeAll(async () => {
	app = await appFolder();
	({ platform, env } = await startPlatform(app.dir));
	await writeFile(join(app.dir, '.railwayignore'), '.platform\n');
	address = await initShop(app.dir, env);
}, 60_000);
afterAll(async () => {
	await platform?.close();
	await app?.dispose();
}, 60_000);

const run = (args: readonly string[], own: Record<string, string> = env) =>
	pulseRailway(args, { cwd: app.dir, env: own });

it('open prints the address of the active deployment and of a named one, which stays on it; what is not there is refused (R8.11)', async () => {
	expect((await run(['open'])).stderr).toContain('nothing is active yet');
	const deploy = async () =>
		(await run(['deploy', 'app.ts', '--yes', '--json'])).json<{ deployment_id: string }>().deployment_id;
	const first = await deploy();
	const second = await deploy();
	const active = await run(['open']);
	expect([active.code, active.stdout]).toEqual([0, `${address}/?pulse_deployment=${second}\n`]);
	const named = (await run(['open', first, '--json'])).json<{ url: string }>();
	expect(named).toEqual({ deployment_id: first, opened: false, url: `${address}/?pulse_deployment=${first}` });
	expect(await (await fetch(named.url)).text()).toContain(first);
	const gone = await run(['open', 'prod-260402-120000']);
	expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining("deployment 'prod-260402-120000' not found")]);
}, 180_000);

it('whoami tells whose token it is, what a command would touch, and who named it, and never the token (R11.7)', async () => {
	const account = await run(['whoami', '--json']);
	expect(account.json()).toMatchObject({
		token_kind: 'account',
		token_from: 'RAILWAY_API_TOKEN',
		account: expect.stringContaining('@'),
		project: { id: env.RAILWAY_PROJECT_ID, name: 'shop', from: 'RAILWAY_PROJECT_ID' },
		environment: { id: env.RAILWAY_ENVIRONMENT_ID, name: 'production', from: 'RAILWAY_ENVIRONMENT_ID' },
		router_service: { name: 'pulse-router', from: 'the default', exists: true },
		api_url: expect.stringContaining(env.PULSE_RAILWAY_API_URL ?? ''),
	});
	const { RAILWAY_PROJECT_ID: _, RAILWAY_ENVIRONMENT_ID: __, ...bare } = env;
	const named = await run(['whoami', '--project', 'shop', '--service', 'other', '--json'], bare);
	expect(named.json()).toMatchObject({
		project: { name: 'shop', from: '--project' },
		environment: { name: 'production', from: 'the default' },
		router_service: { name: 'other', from: '--service', exists: false },
	});
	// A folder for which nothing is remembered.
	const none = await run(['whoami', '--context', 'nowhere'], bare);
	expect([none.code, none.stdout]).toEqual([0, expect.stringContaining('No project is named')]);
	for (const { stdout, stderr } of [account, named, none])
		expect(stdout + stderr).not.toContain(env.RAILWAY_API_TOKEN ?? '');
}, 60_000);

it('whoami without a token, or with one that Railway does not take, ends with 1 and says what to do (R11.7)', async () => {
	const { PULSE_RAILWAY_API_URL = '' } = env;
	const nobody = await run(['whoami', '--json'], { PULSE_RAILWAY_API_URL });
	expect([nobody.code, nobody.json<{ error: object }>().error]).toEqual([
		1,
		expect.objectContaining({ code: 'token-required', next: expect.stringContaining('RAILWAY_TOKEN') }),
	]);
	const wrong = await run(['whoami', '--json'], { PULSE_RAILWAY_API_URL, RAILWAY_API_TOKEN: 'not-a-token-of-anybody' });
	expect([wrong.code, wrong.json<{ error: { message: string } }>().error.message]).toEqual([
		1,
		expect.stringContaining('Not signed in'),
	]);
}, 60_000);
