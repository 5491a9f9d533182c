/**
 * `supersede` of our `action.yml`, as `act` runs it, a runner of GitHub workflows that was not made here: of two pushes at once,
 * on the local platform, the run that began earlier ends well with the output `superseded` and leaves no service, and the later
 * one is active. A run whose tool sleeps (SIGSTOP) past the others fails, changes nothing and leaves nothing. Needs Linux, and
 * `act` on the PATH (`go install github.com/nektos/act@v0.2.89`), but no Docker: its jobs run on this machine.
 *
 *     npm run build && npx jiti test/outside/supersede-workflow.ts
 */
import { spawn, spawnSync } from 'node:child_process';
import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { appFolder } from '../../packages/pulse-railway/src/cli/testing/app-folder.ts';
import { pulseRailway } from '../../packages/pulse-railway/src/cli/testing/run.ts';
import { initShop, startPlatform } from '../../packages/pulse-railway/src/cli/testing/shop.ts';
import { ROOT } from '../repository/source-files.ts';
import { until } from '../support/until.ts';
import { Verdict } from './fresh-stack.ts';

const RUNNER: string = 'act';
if (spawnSync(RUNNER, ['--version']).error !== undefined) {
	process.stdout.write('Skipped: there is no act on this machine.\n');
	process.exit(0);
}

const BUILDS_WITHIN_MS = 120_000;
const LOCK_SECONDS = 10;
/** Longer than the lease of a deploy lasts. */
const NAP_MS = (LOCK_SECONDS + 2) * 1000;
const WORKFLOW = `on: push
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - id: deploy
        uses: ./
        with:
          supersede: "true"
          comment: "false"
          arguments: |
            app.ts
            --deployment-id=\${{ env.VERSION }}
            --build-arg=GATE=\${{ env.VERSION }}
      - if: steps.deploy.outputs.superseded == 'true'
        run: echo "gave way"
      - if: steps.deploy.outputs.superseded != 'true'
        run: echo "made \${{ steps.deploy.outputs.deployment-id }}"
`;

const app = await appFolder();
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'supersede-workflow-')));
const gate = (id: string) => join(scratch, `gate-${id}`);
const open = (id: string) => rmSync(gate(id), { force: true });
writeFileSync(join(app.dir, 'Dockerfile'), 'FROM node:22-slim\nCOPY . .\nRUN build\nCMD ["pulse", "run", "app.ts"]\n');
const buildCommand = `while [ -e "${scratch}/gate-$GATE" ]; do sleep 0.05; done`;
const { platform, env } = await startPlatform(app.dir, { buildCommand });
const verdict = new Verdict();

/** A commit with the app and our action, and beside it what the runner checks out and where the app's tools are. */
function repository(): string {
	const folder = join(scratch, 'repository');
	mkdirSync(join(folder, '.github/workflows'), { recursive: true });
	for (const name of ['app.ts', 'Dockerfile', 'package.json']) cpSync(join(app.dir, name), join(folder, name));
	for (const name of ['action.yml', 'action']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
	writeFileSync(join(folder, '.github/workflows/deploy.yml'), WORKFLOW);
	symlinkSync(join(ROOT, 'node_modules'), join(scratch, 'node_modules'));
	const author = ['-c', 'user.name=judge', '-c', 'user.email=judge@example.com'];
	for (const args of [
		['init', '--quiet', '.'],
		['add', '--all'],
		[...author, 'commit', '--quiet', '-m', 'Begin'],
	])
		spawnSync('git', args, { cwd: folder });
	return folder;
}

/** What the runner does at a push. */
function push(folder: string, id: string): Promise<{ readonly code: number | null; readonly log: string }> {
	const settings = join(scratch, `${id}.env`);
	const all = { ...env, VERSION: id, PULSE_RAILWAY_DEPLOY_LOCK_SECONDS: String(LOCK_SECONDS) };
	writeFileSync(
		settings,
		Object.entries(all)
			.map(([name, value]) => `${name}=${value}\n`)
			.join(''),
	);
	const args = ['push', '--platform', 'ubuntu-24.04=-self-hosted', '--env-file', settings];
	const child = spawn(RUNNER, args, {
		cwd: folder,
		env: { PATH: process.env.PATH, HOME: scratch, XDG_CACHE_HOME: join(scratch, 'cache') },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let log = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (log += piece));
	return new Promise((resolve) => child.once('close', (code) => resolve({ code, log })));
}

const services = () => platform.describe().environments.flatMap((one) => one.services);
const names = () => services().map(({ service_name }) => service_name);

/** A run whose build is under way, and goes on once its gate is opened. */
async function building(folder: string, id: string) {
	writeFileSync(gate(id), '');
	const ended = push(folder, id);
	const isBuilt = () =>
		services().some((one) => one.service_name.includes(id) && JSON.stringify(one).includes('BUILDING'));
	await until(`${id} to build`, isBuilt, BUILDS_WITHIN_MS);
	return { ended };
}

/** The process of `pulse-railway deploy` that the runner's job has started. */
function toolOf(id: string): number {
	const isIt = (pid: string) => {
		const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
		return args.includes(`--deployment-id=${id}`) && args.includes('--yes');
	};
	const found = readdirSync('/proc').find((pid) => {
		try {
			return /^\d+$/.test(pid) && isIt(pid);
		} catch {
			return false;
		}
	});
	if (found === undefined) throw new Error(`no process deploys ${id}`);
	return Number(found);
}

async function told(): Promise<{ readonly active: string; readonly known: string }> {
	const ended = await pulseRailway(['status', '--json'], { cwd: app.dir, env });
	const { active_deployment, deployments } = ended.json<{
		active_deployment: string;
		deployments: readonly { deployment_id: string }[];
	}>();
	const known = deployments.map(({ deployment_id }) => deployment_id).sort();
	return { active: active_deployment, known: known.join(', ') };
}

try {
	await initShop(app.dir, env);
	const folder = repository();
	const first = await push(folder, 'first');
	verdict.report('the first run', '0', String(first.code));
	if (first.code !== 0) process.stdout.write(first.log);
	const earlier = await building(folder, 'early');
	const later = push(folder, 'late');
	const early = await earlier.ended;
	verdict.report('the earlier run ends well', '0', String(early.code));
	verdict.report('and says why', 'yes', /\| gave way$/m.test(early.log) ? 'yes' : early.log);
	verdict.report(
		'and leaves no service',
		'',
		names()
			.filter((name) => name.includes('early'))
			.join(', '),
	);
	const late = await later;
	verdict.report('the later run', '0', String(late.code));
	verdict.report('says what it made', 'yes', /\| made late$/m.test(late.log) ? 'yes' : late.log);
	verdict.report('is active', 'late', (await told()).active);
	verdict.report('all that the stack knows', 'first, late', (await told()).known);

	const sleeper = await building(folder, 'sleeper');
	const pid = toolOf('sleeper');
	process.kill(pid, 'SIGSTOP');
	const last = await push(folder, 'last');
	verdict.report('one that a sleeper does not stop', '0', String(last.code));
	if (last.code !== 0) process.stdout.write(last.log);
	await sleep(NAP_MS);
	open('sleeper');
	process.kill(pid, 'SIGCONT');
	const { code, log } = await sleeper.ended;
	// The later one took it for killed (contract R8.15), so that it cannot know who took its place.
	verdict.report('the run of the sleeper fails', '1', String(code));
	const saysWhy = log.includes("the lease of deployment 'sleeper' was lost");
	verdict.report('and says why', 'yes', saysWhy ? 'yes' : log);
	verdict.report(
		'and leaves no service',
		'',
		names()
			.filter((name) => name.includes('sleeper'))
			.join(', '),
	);
	verdict.report('the one that it slept past is active', 'last', (await told()).active);
	verdict.report('all that the stack knows then', 'first, last, late', (await told()).known);
} finally {
	for (const id of ['early', 'sleeper']) open(id);
	await platform.close();
	await app.dispose();
	rmSync(scratch, { recursive: true, force: true });
}
verdict.close('Each run that a later one took the place of ended, and nothing of it was left.');
