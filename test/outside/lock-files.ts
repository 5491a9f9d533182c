/**
 * Small real projects on the local platform, each locked by another package manager: pnpm 9, Yarn 1 and 4, Bun 1, and an npm
 * workspace. Each is deployed as a user does it and must answer with what its package computes; then again with the
 * network closed, where the deploy must fail within seconds, say so, and leave the running version alone. Needs the
 * registries of npm and Yarn; the managers come from there. `npm run build && jiti test/outside/lock-files.ts [name]...`
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { jsonOf, runPulseRailway } from '../support/command.ts';
import { until } from '../support/until.ts';
import { LOCKED_PROJECTS, type LockedProject, projectFiles } from './locked-projects.ts';
import { packForProjects } from './vendored.ts';

const OFFLINE_LIMIT_S = 45;
const CLOSED = 'http://127.0.0.1:9';
const asked = process.argv.slice(2);
const projects = LOCKED_PROJECTS.filter(({ name }) => asked.length === 0 || asked.includes(name));
const folder = mkdtempSync(join(tmpdir(), 'lock-files-'));
const local = { PULSE_RAILWAY_LOCAL_DIR: join(folder, 'local') };
let env: Record<string, string> = local;
let failed = 0;
for (const { status } of [spawnSync('npm', ['ping']), spawnSync('curl', ['-fsI', 'https://registry.yarnpkg.com/'])]) {
	if (status === 0) continue;
	rmSync(folder, { recursive: true });
	process.stdout.write('Skipped: the registries of npm and Yarn cannot be reached.\n');
	process.exit(0);
}
try {
	const vendored = packForProjects(join(folder, 'vendor'));
	for (const project of projects) make(project, vendored);
	await up();
	const made = await jsonOf<Record<string, string>>(
		['init', 'app.ts', '--yes', '--janitor-cron-schedule', '0 0 29 2 *'],
		{ cwd: join(folder, projects[0]!.name), env },
	);
	const target = { RAILWAY_PROJECT_ID: made.project_id ?? '', RAILWAY_ENVIRONMENT_ID: made.environment_id ?? '' };
	const address = made.server_address ?? '';
	env = { ...env, ...target };
	for (const { name, tool, runs } of projects) {
		const { code, stderr } = await deploy(name, name);
		report(`${name} is deployed with ${tool}`, '0', code === 0 ? '0' : `${code}\n${stderr}`);
		const built = await runPulseRailway(['local', 'logs', name, '--build', '--lines', '1000'], { cwd: folder, env });
		const install = runs.at(-1)!.split(' && ')[0]!;
		const ran = built.stdout.includes(`$ ${install}\n`) ? install : built.stdout;
		report(`${name} ran ${install}`, install, ran);
		report(`${name} answers with what its package computes`, `${name}: 3`, await answer(address));
	}
	const last = projects.at(-1)!.name;
	// A cache of npm's own would make up for the network.
	const closed = { npm_config_cache: join(folder, 'empty') };
	for (const [what, settings] of [
		['a registry that refuses', { npm_config_registry: CLOSED }],
		['a proxy that refuses', { HTTPS_PROXY: CLOSED, https_proxy: CLOSED }],
	] as const) {
		await runPulseRailway(['local', 'down'], { cwd: folder, env });
		await up({ ...closed, ...settings });
		env = { ...env, ...target };
		await until('the last version to be back', async () => (await answer(address)) === `${last}: 3`, 120_000);
		for (const { name } of projects) {
			const began = performance.now();
			const { code, stderr } = await deploy(name, `${name}-off`);
			const seconds = Math.round((performance.now() - began) / 1000);
			const said = stderr.includes('The package registry cannot be reached') && code !== 0;
			const inTime = seconds < OFFLINE_LIMIT_S;
			const found = said && inTime ? 'said' : `${code} after ${seconds} s\n${stderr}`;
			report(`${name} behind ${what} fails in ${seconds} s and says so`, 'said', found);
		}
		report('the version from before still answers', `${last}: 3`, await answer(address));
	}
} finally {
	await runPulseRailway(['local', 'down', '--purge', '--yes'], { cwd: folder, env });
	rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(
	failed === 0 ? 'Every lock file is honoured, and every closed network is said.\n' : `${failed} faults.\n`,
);
process.exitCode = failed === 0 ? 0 : 1;

/** Written, and installed by its own manager: that makes the lock file, as a user commits it. */
function make(project: LockedProject, vendored: Readonly<Record<string, string>>): void {
	const root = join(folder, project.name);
	for (const [name, text] of Object.entries(projectFiles(project, vendored))) {
		mkdirSync(dirname(join(root, name)), { recursive: true });
		writeFileSync(join(root, name), text);
	}
	for (const path of Object.values(vendored)) {
		mkdirSync(join(root, 'vendor'), { recursive: true });
		writeFileSync(join(root, 'vendor', path), readFileSync(join(folder, 'vendor', path)));
	}
	const made = spawnSync('npm', ['exec', '--yes', `--package=${project.tool}`, '--', ...project.lock], {
		cwd: root,
		encoding: 'utf8',
		env: { ...process.env, YARN_ENABLE_IMMUTABLE_INSTALLS: '0' },
	});
	if (made.status !== 0) throw new Error(`${project.name}: ${made.stdout}${made.stderr}`);
}

async function up(settings: Readonly<Record<string, string>> = {}): Promise<void> {
	const args = ['local', 'up', '--detach', '--redis', 'sqlite'];
	const options = { cwd: folder, env: { ...local, ...settings } };
	const { api_url, api_token, workspace_id } = await jsonOf<Record<string, string>>(args, options);
	env = {
		...local,
		PULSE_RAILWAY_API_URL: api_url ?? '',
		RAILWAY_API_TOKEN: api_token ?? '',
		RAILWAY_WORKSPACE_ID: workspace_id ?? '',
	};
}

function deploy(name: string, id: string) {
	return runPulseRailway(['deploy', 'app.ts', '--deployment-id', id, '--yes'], { cwd: join(folder, name), env });
}

function answer(address: string): Promise<string> {
	return fetch(address).then(
		(response) => response.text(),
		(error: Error) => String(error.cause ?? error),
	);
}

function report(what: string, expected: string, found: string): void {
	if (found !== expected) failed += 1;
	process.stdout.write(`${found === expected ? 'ok   ' : 'FAULT'} ${what}${found === expected ? '' : `: ${found}`}\n`);
}
