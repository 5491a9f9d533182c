import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalPlatform, startLocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { pulseRailway } from './testing/run.ts';

/** All that a newcomer does wrong on the first day, in the order of that day. */
let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let home: string;
let shell: Record<string, string>;

beforeAll(async () => {
	app = await appFolder();
	home = await mkdtemp(join(tmpdir(), 'pulse-home-'));
	shell = { HOME: home };
	await mkdir(join(app.dir, 'deep/er'), { recursive: true });
	await writeFile(join(app.dir, '.railwayignore'), '.pulse\n');
	await writeFile(
		join(app.dir, 'Dockerfile'),
		'FROM node:22-slim\nRUN apt-get install -y ffmpeg\nCOPY . .\nCMD ["pulse", "run", "app.ts", "--prod"]\n',
	);
});
afterAll(async () => {
	await platform?.close();
	await app.dispose();
	await rm(home, { recursive: true, force: true });
});

const run = (args: string[], cwd = app.dir) => pulseRailway(args, { cwd, env: shell });
async function error(args: string[], cwd = app.dir) {
	const ended = await run([...args, '--json'], cwd);
	return ended.json<{ error: { message: string; next: string; code: string } }>().error;
}

test('without a token, the way to a local platform is named', async () => {
	for (const words of [['deploy', 'app.ts'], ['init', 'app.ts'], ['status'], ['rollback']]) {
		const { message, next } = await error(words);
		expect(message).toBe('token is required');
		expect(next).toContain('To try it without an account: eval "$(pulse-railway local up --detach)"');
	}
}, 60_000);

test('one that runs already is named instead, also by the shell that knows its folder', async () => {
	platform = await startLocalPlatform({
		dir: join(app.dir, '.pulse/local'),
		env: { ...process.env, XDG_CACHE_HOME: home },
		redis: 'sqlite',
		nodeModules: join(app.dir, 'node_modules'),
		behaviour: { transitionMs: 5 },
	});
	expect((await error(['deploy', 'app.ts'])).next).toMatch(/A local platform runs here: eval .* local status shows/);
	const elsewhere = await pulseRailway(['status', '--json'], {
		cwd: home,
		env: { ...shell, PULSE_RAILWAY_LOCAL_DIR: join(app.dir, '.pulse/local') },
	});
	expect(elsewhere.stderr).toContain(`local up --detach --dir ${join(app.dir, '.pulse/local')}`);
}, 60_000);

test('without a project, init and the list of projects are named', async () => {
	shell = {
		...shell,
		PULSE_RAILWAY_API_URL: platform.apiUrl,
		RAILWAY_API_TOKEN: platform.accountToken,
		RAILWAY_WORKSPACE_ID: platform.workspaceId,
	};
	const { message, next } = await error(['deploy', 'app.ts']);
	expect(message).toBe('project is required');
	expect(next).toContain('pulse-railway local status shows those of the local platform');
	expect(next).toContain('pulse-railway init makes one');
}, 60_000);

test('init and deploy warn of a whole-project file of railway config, which would delete what they make', async () => {
	const file = join(app.dir, '.railway/railway.ts');
	await mkdir(join(app.dir, '.railway'));
	await writeFile(file, 'export default {};');
	for (const words of [
		['deploy', 'app.ts'],
		['init', 'app.ts', '--dry-run'],
	])
		expect((await run([...words, '--json'])).stderr).toContain(`${file} stands for the whole project`);
	await rm(join(app.dir, '.railway'), { recursive: true });
	expect((await run(['init', 'app.ts', '--dry-run', '--json'])).stderr).not.toContain('whole project');
}, 60_000);

test('from a subfolder, init says where the file is, and suggests a deploy that is accepted', async () => {
	const below = join(app.dir, 'deep/er');
	expect((await error(['init', 'app.ts'], below)).next).toContain('There is one above: cd ../..');
	const made = await run(['init', '../../app.ts', '--yes', '--project-name', 'shop'], below);
	// Printed as JSON to a pipe, so the words for people are looked at without one.
	expect(made.code, made.stderr).toBe(0);
	const { project_id, environment_id } = made.json<{ project_id: string; environment_id: string }>();
	shell = { ...shell, RAILWAY_PROJECT_ID: project_id, RAILWAY_ENVIRONMENT_ID: environment_id };
	const refused = await error(['deploy', '../../app.ts'], below);
	expect(refused.next).toBe('pulse-railway deploy app.ts --context ../..');
	const planned = await run([...refused.next.split(' ').slice(1), '--dry-run'], below);
	expect(planned.code, planned.stderr).toBe(0);
}, 120_000);

test('before anything is deployed, rollback says what to do first; after one deploy, why there is nothing before it', async () => {
	expect((await error(['rollback'])).next).toContain('First: pulse-railway deploy');
	const first = await run(['deploy', 'app.ts', '--yes']);
	expect(first.code, first.stderr).toBe(0);
	const { next } = await error(['rollback']);
	expect(next).toMatch(/^Only shop-[\d-]+ is left: it was the first, or the janitor has deleted/);
}, 120_000);

test('a RUN that was left out is a warning at the end of the deploy, and in its JSON', async () => {
	const second = await run(['deploy', 'app.ts', '--yes', '--json']);
	expect(second.code, second.stderr).toBe(0);
	const result = second.json<{ build_warnings: string[]; previous_deployment_id: string }>();
	expect(result.build_warnings).toEqual([expect.stringContaining('RUN apt-get install -y ffmpeg')]);
	expect(result.previous_deployment_id).toMatch(/^shop-/);
	const [last] = second.stderr.trim().split('\n').slice(-1);
	expect(last).toContain('left out: RUN apt-get install -y ffmpeg');
}, 120_000);

test('a platform that is not there is no defect of the tool', async () => {
	await platform.close();
	for (const words of [['deploy', 'app.ts'], ['status'], ['rollback']]) {
		const { message, next, code } = await error(words);
		expect(`${code} ${message} ${next}`).not.toMatch(/internal|defect/);
		expect(message).toContain('Cannot reach http://127.0.0.1');
	}
	const local = await error(['local', 'status']);
	expect(local.message).toMatch(/^No local platform runs in /);
}, 60_000);
