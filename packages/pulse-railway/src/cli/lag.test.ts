import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiCall, type Fault, type LocalPlatform, startLocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { pulseRailway } from './testing/run.ts';

/** Railway's reads lag behind its writes by seconds (docs/platform-facts/railway.md §1.4); here all of them, by this much. */
const LAG_MS = 2_500;

let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let fault: (call: ApiCall) => Fault | null = () => null;

beforeAll(async () => {
	app = await appFolder();
	platform = await startLocalPlatform({
		dir: join(app.dir, '.platform'),
		env: process.env,
		redis: 'sqlite',
		nodeModules: join(app.dir, 'node_modules'),
		behaviour: { transitionMs: 5, staleReadsMs: LAG_MS, faults: (call) => fault(call) },
	});
	await writeFile(join(app.dir, '.railwayignore'), '.platform\n');
}, 60_000);
afterAll(async () => {
	await platform?.close();
	await app?.dispose();
}, 60_000);

const run = (...args: string[]) =>
	pulseRailway([...args, '--json'], {
		cwd: app.dir,
		env: {
			PULSE_RAILWAY_API_URL: platform.apiUrl,
			RAILWAY_API_TOKEN: platform.accountToken,
			RAILWAY_WORKSPACE_ID: platform.workspaceId,
			PULSE_RAILWAY_DEPLOY_LOCK_SECONDS: '3',
		},
	});
async function done<T>(...args: string[]): Promise<T> {
	const ended = await run(...args);
	expect(ended.code, ended.stderr).toBe(0);
	return ended.json<T>();
}

it('an init that fails deletes the project that Railway does not show yet', async () => {
	fault = (call) => (call.fields.includes('templateDeployV2') ? { kind: 'error', message: 'No such thing' } : null);
	const ended = await run('init', 'app.ts', '--project-name', 'unlucky');
	fault = () => null;
	expect(ended.code).toBe(1);
	expect(ended.stderr).not.toContain('Not undone');
	expect(platform.describe().environments).toEqual([]);
}, 120_000);

it('init, deploy and rollback, one right after the other, do not mistake lag for absence', async () => {
	type Made = { project_id: string; environment_id: string; server_address: string };
	const made = await done<Made>('init', 'app.ts', '--project-name', 'shop');
	const where = ['--project-id', made.project_id, '--environment-id', made.environment_id];
	const deploy = async () => (await done<{ deployment_id: string }>('deploy', 'app.ts', ...where)).deployment_id;
	const [first, second] = [await deploy(), await deploy()];
	expect(await done('rollback', ...where)).toMatchObject({
		deployment_id: first,
		previous_deployment_id: second,
	});
	const meta = await fetch(`${made.server_address}/_pulse/meta`);
	expect(await meta.json()).toMatchObject({ deployment_id: first });
	const services = platform.describe().environments.flatMap((one) => one.services.map((each) => each.service_name));
	expect(services).toEqual(expect.arrayContaining([first, second]));
}, 180_000);
