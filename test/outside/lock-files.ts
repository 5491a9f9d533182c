/**
 * Small real projects on the local platform, each locked by another package manager: pnpm 9, Yarn 1 and 4, Bun 1, and an npm
 * workspace. Each is deployed as a user does it and must answer with what its package computes; then again with the
 * network closed, where the deploy must fail within seconds, say so, and leave the running version alone. Needs the
 * registries of npm and Yarn; the managers come from there. `npm run build && jiti test/outside/lock-files.ts [name]...`
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runPulseRailway } from '../support/command.ts';
import { until } from '../support/until.ts';
import { FreshStack, Verdict } from './fresh-stack.ts';
import { LOCKED_PROJECTS, type LockedProject, projectFiles } from './locked-projects.ts';
import { packForProjects } from './vendored.ts';

const OFFLINE_LIMIT_S = 45;
const CLOSED = 'http://127.0.0.1:9';
const asked = process.argv.slice(2);
const projects = LOCKED_PROJECTS.filter(({ name }) => asked.length === 0 || asked.includes(name));
const stack = new FreshStack('lock-files');
const { folder } = stack;
const verdict = new Verdict();
for (const { status } of [spawnSync('npm', ['ping']), spawnSync('curl', ['-fsI', 'https://registry.yarnpkg.com/'])]) {
	if (status === 0) continue;
	rmSync(folder, { recursive: true });
	process.stdout.write('Skipped: the registries of npm and Yarn cannot be reached.\n');
	process.exit(0);
}
try {
	const vendored = packForProjects(join(folder, 'vendor'));
	for (const project of projects) make(project, vendored);
	await stack.up();
	const address = await stack.init(join(folder, projects[0]!.name), 'app.ts');
	for (const { name, tool, runs } of projects) {
		const { code, stderr } = await deploy(name, name);
		verdict.report(`${name} is deployed with ${tool}`, '0', code === 0 ? '0' : `${code}\n${stderr}`);
		const built = await runPulseRailway(['local', 'logs', name, '--build', '--lines', '1000'], {
			cwd: folder,
			env: stack.env,
		});
		const install = runs.at(-1)!.split(' && ')[0]!;
		const ran = built.stdout.includes(`$ ${install}\n`) ? install : built.stdout;
		verdict.report(`${name} ran ${install}`, install, ran);
		verdict.report(`${name} answers with what its package computes`, `${name}: 3`, await answer(address));
	}
	const last = projects.at(-1)!.name;
	// A cache of npm's own would make up for the network.
	const closed = { npm_config_cache: join(folder, 'empty') };
	for (const [what, settings] of [
		['a registry that refuses', { npm_config_registry: CLOSED }],
		['a proxy that refuses', { HTTPS_PROXY: CLOSED, https_proxy: CLOSED }],
	] as const) {
		await stack.down();
		await stack.up({ ...closed, ...settings });
		await until('the last version to be back', async () => (await answer(address)) === `${last}: 3`, 120_000);
		for (const { name } of projects) {
			const began = performance.now();
			const { code, stderr } = await deploy(name, `${name}-off`);
			const seconds = Math.round((performance.now() - began) / 1000);
			const said = stderr.includes('The package registry cannot be reached') && code !== 0;
			const inTime = seconds < OFFLINE_LIMIT_S;
			const found = said && inTime ? 'said' : `${code} after ${seconds} s\n${stderr}`;
			verdict.report(`${name} behind ${what} fails in ${seconds} s and says so`, 'said', found);
		}
		verdict.report('the version from before still answers', `${last}: 3`, await answer(address));
	}
} finally {
	await stack.purge();
}
verdict.close('Every lock file is honoured, and every closed network is said.');

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

function deploy(name: string, id: string) {
	return runPulseRailway(['deploy', 'app.ts', '--deployment-id', id, '--yes'], {
		cwd: join(folder, name),
		env: stack.env,
	});
}

function answer(address: string): Promise<string> {
	return fetch(address).then(
		(response) => response.text(),
		(error: Error) => String(error.cause ?? error),
	);
}
