/**
 * `local up --containers` by a real Docker or Podman: an app that knows nothing of Pulse is deployed twice by the commands, and
 * the engine itself says what runs, where it is published, what it was told, what its image holds, and what is left when the
 * platform stops, is killed, or is killed together with its guard. What others run there stays.
 * Needs an engine that answers on this machine, and no registry: the base image is made of this machine's Node.
 *
 *     npm run build && npx jiti test/outside/containers.ts
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEngine } from '../../packages/railway-local/src/containers/find-engine.ts';
import { jsonOf, runPulseRailway } from '../support/command.ts';
import { until } from '../support/until.ts';
import { baseImage } from './containers/base-image.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);
const found = await findEngine(process.env).catch((error: Error) => error);
if (found instanceof Error) {
	print(`Skipped: ${found.message}`);
	process.exit(0);
}
const { program, text } = found;
print(`Judged by ${text}.`);
const engine = (...args: string[]) => execFileSync(program, args, { encoding: 'utf8' }).trim();
const lines = (shown: string) => shown.split('\n').filter((line) => line !== '');
let faults = 0;
const check = (what: string, isSo: boolean, seen: unknown = '') => {
	print(`${isSo ? 'ok   ' : 'FAULT'} ${what}${isSo ? '' : `: ${JSON.stringify(seen)}`}`);
	if (!isSo) faults += 1;
};

const home = mkdtempSync(join(tmpdir(), 'pulse-containers-'));
const cwd = join(home, 'app');
mkdirSync(cwd);
const base = baseImage(program);
// Neither an image of our own as base nor anything else of ours: a stranger's container.
const foreign = engine('run', '--detach', '--entrypoint', '/bin/sleep', base.tag, '600');
const outer = Object.fromEntries(
	Object.entries(process.env).filter(([name]) => /^(DOCKER|CONTAINER|XDG)_/.test(name)),
) as Record<string, string>;
let env: Record<string, string> = { ...outer, HOME: process.env.HOME ?? home };
const run = (...args: string[]) => runPulseRailway(args, { cwd, env });
const up = async () => {
	const platform = await jsonOf<Record<string, string>>(['local', 'up', '--detach', '--containers'], { cwd, env });
	env = {
		...env,
		PULSE_RAILWAY_API_URL: platform.api_url!,
		RAILWAY_API_TOKEN: platform.api_token!,
		RAILWAY_WORKSPACE_ID: platform.workspace_id!,
	};
};
const label = () => {
	const [one = ''] = lines(engine('ps', '--all', '--filter', 'label=pulse-railway.local', '--format', '{{.ID}}'));
	return one;
};
const running = () => lines(engine('ps', '--quiet', '--filter', 'label=pulse-railway.local'));
const images = (): string[] => {
	try {
		return lines(engine('images', '--quiet', '--filter', 'label=pulse-railway.local'));
	} catch {
		// Podman's own list fails where an image goes meanwhile.
		return images();
	}
};
const pidOf = () => Number(JSON.parse(readFileSync(join(cwd, '.pulse/local/platform.json'), 'utf8')).pid);

try {
	writeApp('one');
	await up();
	const made = await jsonOf<Record<string, string>>(['init'], { cwd, env });
	Object.assign(env, { RAILWAY_PROJECT_ID: made.project_id, RAILWAY_ENVIRONMENT_ID: made.environment_id });
	const deploy = (...more: string[]) =>
		jsonOf<{ deployment_id: string; server_address: string }>(
			[
				'deploy',
				'--env',
				'TOKEN=hidden-at-run',
				'--env',
				'LINES=hidden\nlines',
				'--env',
				'BUILD_TOKEN=hidden-at-build',
				...more,
			],
			{ cwd, env },
		);
	const first = await deploy();
	const page = async (query = '') => (await fetch(`${first.server_address}/${query}`)).text();
	check('the deployed app answers from its container', (await page()).startsWith('one of '), await page());
	const [id = ''] = running();
	const seen = JSON.parse(engine('inspect', id))[0];
	const published = Object.values(seen.NetworkSettings.Ports ?? {}).flat() as { HostIp: string; HostPort: string }[];
	check(
		'it is published on loopback alone',
		published.length > 0 && published.every(({ HostIp }) => HostIp === '127.0.0.1'),
		published,
	);
	check('it has no volume', (seen.Mounts ?? []).length === 0, seen.Mounts);
	const told = seen.Config.Env as string[];
	check(
		'it is told its variables, line breaks too',
		['TOKEN=hidden-at-run', 'LINES=hidden\nlines', 'PORT=8501'].every((one) => told.includes(one)),
		told,
	);
	const arguments_ = readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map((pid) => {
			try {
				return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
			} catch {
				return '';
			}
		});
	check(
		'no process has a hidden value among its arguments',
		!arguments_.some((one) => one.includes('hidden-at')),
		arguments_.filter((one) => one.includes('hidden-at')),
	);
	const history = engine('history', '--no-trunc', images()[0]!) + engine('inspect', images()[0]!);
	check('what is told at run time is not in the image', !history.includes('hidden-at'), history.slice(0, 400));

	writeApp('two');
	const second = await deploy();
	check('a new tab gets the second version', (await page()).startsWith('two of '), await page());
	check(
		'an old tab stays on the first',
		(await page(`?pulse_deployment=${first.deployment_id}`)).startsWith('one of '),
	);
	check('both run side by side', running().length === 2, running());
	const back = await run('rollback', '--yes');
	check('a rollback goes back', back.code === 0 && (await page()).startsWith('one of '), back.stderr);
	await run('delete', '--deployment-id', second.deployment_id, '--yes');
	await until('the container of a deleted deployment is gone', () => running().length === 1, 30_000).then(
		() => check('a deleted deployment leaves no container', true),
		() => check('a deleted deployment leaves no container', false, running()),
	);
	await until('its image is gone', () => images().length === 1, 30_000).then(
		() => check('nor an image', true),
		() => check('nor an image', false, images()),
	);

	if (mountsSecrets()) {
		const own =
			"require('node:fs').writeFileSync('seen', String(require('node:fs').readFileSync('/run/secrets/BUILD_TOKEN').length))";
		writeApp('secret', `RUN --mount=type=secret,id=BUILD_TOKEN node -e "${own}"\n`);
		const { deployment_id } = await deploy();
		const seen = engine('run', '--rm', '--entrypoint', '/bin/sh', images()[0]!, '-c', 'read a <seen; echo $a');
		const image = engine('history', '--no-trunc', images()[0]!) + engine('inspect', images()[0]!);
		check(
			'a build reads a secret that it mounts, which is not in its image',
			seen === '15' && !image.includes('hidden-at'),
			[seen],
		);
		await run('rollback', first.deployment_id, '--yes');
		await run('delete', '--deployment-id', deployment_id, '--yes');
		await until('its image is gone', () => images().length === 1, 30_000);
	} else print(`Skipped: the builder of ${text} mounts no secrets.`);

	writeApp('three', 'RUN false\n');
	const broken = await run('deploy', '--json');
	check(
		'a build that fails fails the deploy, and visitors stay',
		broken.code === 1 && (await page()).startsWith('one of '),
		broken.stdout,
	);

	await run('local', 'down');
	check('after local down nothing runs', label() === '', label());
	await up();
	await until('it runs again', async () => (await page().catch(() => '')).startsWith('one of '), 30_000);
	check('after local up the image runs again', running().length === 1, running());
	const { stdout: written } = await run('local', 'logs');
	check('what it wrote is in its log, and that it had SIGTERM before its end', written.includes('SIGTERM'), written);

	process.kill(pidOf(), 'SIGKILL');
	await until('the guard has ended it', () => label() === '', 30_000).then(
		() => check('a killed platform leaves no container', true),
		() => check('a killed platform leaves no container', false, label()),
	);
	await up();
	await until('it runs again', async () => (await page().catch(() => '')).startsWith('one of '), 30_000);
	const [left = ''] = running();
	for (const pid of guards()) process.kill(pid, 'SIGKILL');
	process.kill(pidOf(), 'SIGKILL');
	check('killed with its guard, its container is left', running().includes(left), running());
	// What it leaves of itself says that it runs for as long as its process is not gone.
	await until(
		'it is gone',
		() =>
			runPulseRailway(['local', 'status'], { cwd, env }).then(({ stderr }) =>
				stderr.includes('No local platform runs'),
			),
		30_000,
	);
	await up();
	await until('another container runs', () => !running().includes(left) && running().length === 1, 30_000).then(
		() => check('the next start removes it by its label', true),
		() => check('the next start removes it by its label', false, running()),
	);
} finally {
	const down = await run('local', 'down', '--purge', '--yes');
	check(
		'local down --purge leaves no container and no image',
		down.code === 0 && label() === '' && images().length === 0,
		[down.stderr, label(), images()],
	);
	check('a container of others still runs', lines(engine('ps', '--quiet', '--no-trunc')).includes(foreign));
	engine('rm', '--force', foreign);
	base.remove();
	rmSync(home, { recursive: true, force: true });
}
print(`${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;

/** It listens on the port of its service alone, whatever the platform runs beside it, and says who it is. */
function writeApp(version: string, more = ''): void {
	const dockerfile = `FROM ${base.tag}\nWORKDIR /app\nCOPY server.js .\n${more}EXPOSE 8501\nENTRYPOINT ["node", "server.js"]\n`;
	writeFileSync(join(cwd, 'Dockerfile'), dockerfile);
	writeFileSync(
		join(cwd, 'server.js'),
		`const server = require('node:http').createServer((_, answer) => answer.end('${version} of ' + process.env.PULSE_DEPLOYMENT_ID));
server.listen(8501);
process.on('SIGTERM', () => { console.log('SIGTERM'); server.close(() => process.exit(0)); server.closeAllConnections(); });
`,
	);
}

/** The old builder of Docker does not; BuildKit and Podman do. */
function mountsSecrets(): boolean {
	const dir = join(home, 'probe');
	mkdirSync(dir);
	writeFileSync(join(dir, 'Dockerfile'), `FROM ${base.tag}\nRUN --mount=type=secret,id=X true\n`);
	const args = ['build', '--secret', 'id=X,env=X', '--tag', `${base.tag}-probe`, dir];
	const { status } = spawnSync(program, args, { env: { ...process.env, X: 'x' } });
	spawnSync(program, ['image', 'rm', '--force', `${base.tag}-probe`]);
	return status === 0;
}

/** Processes that end what a platform leaves. */
function guards(): number[] {
	const folder = join(cwd, '.pulse/local/processes');
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((pid) => {
			try {
				const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
				return words.includes('local-platform-guard') && words.includes(folder);
			} catch {
				return false;
			}
		});
}
