/**
 * Who is on the active version on AWS, told by real task processes over the SDK to an AWS that was not made here: moto deploys two
 * versions, a real sidecar stands for each of their tasks with tabs on it, and the dashboard in real Chromium and the compiled
 * `pulse-aws status --watch` show who is where. Needs Python, for moto, and Chromium.
 *
 *     npm run build && npx jiti test/outside/people-aws.ts
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import { asked, NAME } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { openDashboard } from '../../packages/pulse-aws/src/commands/testing/open-dashboard.ts';
import { readTasks } from '../../packages/pulse-aws/src/platform/tasks.ts';
import { askParameter } from '../../packages/pulse-aws/src/protocol.ts';
import { startMoto } from '../aws/moto.ts';
import { motoSession } from '../aws/moto-session.ts';
import { openDashboardOn } from '../support/dashboard.ts';
import { until } from '../support/until.ts';
import { Verdict } from './fresh-stack.ts';

const PATIENCE_MS = 60_000;
const BIN = (name: string) => fileURLToPath(new URL(`../../packages/pulse-aws/bin/${name}.js`, import.meta.url));
const missing = chromiumMissing();
const moto = missing === null ? await startMoto() : { missing };
if ('missing' in moto) {
	process.stdout.write(`Skipped: ${moto.missing}.\n`);
	process.exit(0);
}
const CREDENTIALS = {
	AWS_ENDPOINT_URL: moto.url,
	AWS_REGION: 'us-east-1',
	AWS_ACCESS_KEY_ID: 'test',
	AWS_SECRET_ACCESS_KEY: 'test',
	AWS_EC2_METADATA_DISABLED: 'true',
};
// The CDK makes its own clients, which read nothing but the environment.
Object.assign(process.env, CREDENTIALS);
const verdict = new Verdict();
const stop = new AbortController();
const children: ChildProcess[] = [];
const browser = await launchChromium();
const app = createServer((_request, response) => void response.end('well')).listen(0, '127.0.0.1');
await once(app, 'listening');
try {
	const made = async () =>
		(await deploy(motoSession(moto.url, Array<boolean>(10).fill(true)).session, await asked())).result?.deployment_id ??
		'';
	const [one, two] = [await made(), await made()];
	const { session, aws } = motoSession(moto.url);
	for (const id of [one, two]) await runTask(aws, id);
	const tasks = await readTasks(aws, NAME);
	for (const id of [one, two])
		for (const task of tasks.get(id) ?? []) {
			const port = await startTask(id, task);
			for (const tab of id === two ? ['abcdefgh1', 'abcdefgh2', 'abcdefgh3'] : ['abcdefgh4'])
				await fetch(`http://127.0.0.1:${port}/_pulse/edge/tab?pulse_deployment=${id}&tab=${tab}&state=visible`, {
					method: 'POST',
					headers: { origin: `http://127.0.0.1:${port}` },
				});
		}
	const isAsked = async () => (await aws.ssm.getParameters({ Names: [askParameter(NAME)] })).Parameters?.length === 1;
	verdict.report('asked before a page is open', 'false', String(await isAsked()));
	// The machine's own time is that of AWS here.
	const { address, page: opened, ended } = await openDashboard({ ...session, awsNow: Date.now }, NAME, stop.signal);
	const complaints: string[] = [];
	const shown = await openDashboardOn(await browser.newPage(), address, (text) => complaints.push(text));
	const began = Date.now();
	const page = await opened();
	await until('the page to know', () => page.view()?.untold === 0, PATIENCE_MS);
	const seconds = (Date.now() - began) / 1000;
	const onIt = new Map(page.view().versions.map(({ id, people }) => [id, people.total]));
	verdict.report('people on the active version', String(3 * (tasks.get(two)?.length ?? 0)), String(onIt.get(two)));
	verdict.report('people on the one that drains', String(tasks.get(one)?.length ?? 0), String(onIt.get(one)));
	const total = 3 * (tasks.get(two)?.length ?? 0) + (tasks.get(one)?.length ?? 0);
	const words = () => shown.locator('body').innerText();
	await until('Chromium to show it', async () => (await words()).includes(String(total)), PATIENCE_MS);
	verdict.report('what Chromium complains of', 'nothing', complaints.join('; ') || 'nothing');
	process.stdout.write(`Known ${seconds.toFixed(1)} s after the page was opened. It says:\n`);
	process.stdout.write(`${(await words()).split('\n').slice(0, 14).join('\n')}\n`);
	const watched = await watch();
	verdict.report('status --watch --json', String(onIt.get(two)), String(watched.onActive(two)));
	verdict.report('its exit code after Ctrl-C', '130', String(watched.exitCode));
	stop.abort();
	await ended;
} finally {
	stop.abort();
	await browser.close();
	for (const child of children) child.kill('SIGKILL');
	app.close();
	await moto.stop();
}
verdict.close('All right.');

/** moto's services start no tasks, and it runs none that leave their memory to the task: this one is of its service by its group, as those of ECS are. */
async function runTask({ ecs }: ReturnType<typeof motoSession>['aws'], id: string): Promise<void> {
	const containerDefinitions = [{ name: 'app', image: 'app', memory: 512 }];
	const { taskDefinition } = await ecs.registerTaskDefinition({ family: 'stand-in', containerDefinitions });
	await ecs.runTask({
		cluster: NAME,
		taskDefinition: taskDefinition?.taskDefinitionArn,
		launchType: 'FARGATE',
		group: `service:${id}`,
	});
}

/** The compiled sidecar, as its image runs it. */
async function startTask(id: string, task: string): Promise<number> {
	const child = spawn(process.execPath, [BIN('pulse-edge'), 'sidecar'], {
		env: {
			PATH: process.env.PATH,
			...CREDENTIALS,
			PULSE_AWS_DEPLOYMENT_NAME: NAME,
			PULSE_AWS_DEPLOYMENT_ID: id,
			PULSE_AWS_TASK_ID: task,
			PULSE_EDGE_UPSTREAM_PORT: String((app.address() as AddressInfo).port),
			PULSE_EDGE_PORT: '0',
		},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	children.push(child);
	for await (const line of createInterface({ input: child.stdout })) {
		const { event, port } = JSON.parse(line) as { event?: string; port?: number };
		if (event === 'listening') return Number(port);
	}
	throw new Error('the sidecar did not start');
}

/** Two rounds of the compiled command. */
async function watch() {
	const args = [BIN('pulse-aws'), 'status', '--deployment-name', NAME, '--watch', '--json'];
	const child = spawn(process.execPath, args, {
		env: { PATH: process.env.PATH, HOME: process.env.HOME, ...CREDENTIALS },
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	children.push(child);
	const exited = once(child, 'exit');
	const lines: string[] = [];
	for await (const line of createInterface({ input: child.stdout })) {
		lines.push(line);
		if (lines.length === 2) child.kill('SIGINT');
	}
	const [exitCode] = (await exited) as [number];
	type Report = { deployments: { deployment_id: string; in_use: { render_sessions?: number } | null }[] };
	const { deployments } = JSON.parse(lines.at(-1) ?? '{"deployments":[]}') as Report;
	const onActive = (id: string) => deployments.find((each) => each.deployment_id === id)?.in_use?.render_sessions;
	return { exitCode, onActive };
}
