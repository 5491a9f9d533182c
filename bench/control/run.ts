import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Lane, type Stack } from '../../test/e2e/faults/lane.ts';
import { deployArguments, deployed, inStack } from '../../test/e2e/faults/scenario.ts';
import { startPulseRailway } from '../../test/support/command.ts';
import { until } from '../../test/support/until.ts';
import { measureAws } from './aws.ts';
import { measureHelp } from './help.ts';
import { measure, type Row } from './measure.ts';
import { missesRequests, printTable } from './report.ts';
import { seedDeployments } from './seed.ts';

/**
 * What the commands ask of Railway, and how long they take when every answer takes 150 ms, beside 1, 10 and 100
 * deployments. Ends with 1 when a command asks more than it may; times are told, not judged: they are this machine's.
 */
const rows: Row[] = [];
for (const deployments of [1, 10, 100]) rows.push(...(await beside(deployments)));
const aws = await measureAws();
const help = measureHelp();
printTable(rows, aws, help);
const results = fileURLToPath(new URL('../results', import.meta.url));
mkdirSync(results, { recursive: true });
const machine = { cpus: cpus().length, model: cpus()[0]?.model, load: loadavg()[0], node: process.version };
writeFileSync(join(results, 'control.json'), `${JSON.stringify({ machine, rows, aws, help }, null, 2)}\n`);
process.exitCode = rows.some(missesRequests) ? 1 : 0;

async function beside(deployments: number): Promise<Row[]> {
	const lane = await Lane.open();
	const measured: Row[] = [];
	let stack: Stack | undefined;
	try {
		const init = { name: 'init', args: lane.initArguments('shop'), env: {} };
		const { row, stdout } = await measure(lane, init, 0, { requests: 30 });
		measured.push(row);
		stack = await lane.stackOf(JSON.parse(stdout));
		await deployed(lane, stack);
		// One was deployed for real.
		await seedDeployments(lane, stack, deployments - 1);
		for (const step of [deploy, status, rollback, rollbackBesideBuild, upgrade, janitor])
			measured.push(await step(lane, stack, deployments));
	} finally {
		await stack?.store.close();
		await lane.close();
	}
	return measured;
}

async function deploy(lane: Lane, stack: Stack, deployments: number): Promise<Row> {
	const command = { name: 'deploy', args: deployArguments('source'), env: inStack(stack) };
	const { row } = await measure(lane, command, deployments, { requests: 11, seconds: 4 }, async (stdout) => {
		const made = await lane.newestDeployment(stack, JSON.parse(stdout).backend_service_name);
		return made === undefined ? 0 : (made.statusUpdatedAt - made.createdAt) / 1000;
	});
	return row;
}

async function status(lane: Lane, stack: Stack, deployments: number): Promise<Row> {
	const command = { name: 'status', args: ['status'], env: inStack(stack) };
	// Pages of 50 services, as the local platform gives them.
	const pages = Math.ceil((deployments + 5) / 50) - 1;
	return (await measure(lane, command, deployments + 1, { requests: 2 + pages })).row;
}

async function rollback(lane: Lane, stack: Stack, deployments: number): Promise<Row> {
	const command = { name: 'rollback', args: ['rollback'], env: inStack(stack) };
	return (await measure(lane, command, deployments + 1, { seconds: 2 })).row;
}

/** A colleague's deploy builds, and holds no lock (decision 23). */
async function rollbackBesideBuild(lane: Lane, stack: Stack, deployments: number): Promise<Row> {
	lane.buildsNeverEnd = true;
	const args = [...deployArguments('source', '--deployment-id', 'building'), '--json'];
	const building = startPulseRailway(args, { cwd: lane.app, env: lane.env(inStack(stack)) });
	try {
		await until('the build to begin', async () => lane.services(stack).includes('building'), 60_000);
		const command = { name: 'rollback, build', args: ['rollback'], env: inStack(stack) };
		return (await measure(lane, command, deployments + 1, { seconds: 2 })).row;
	} finally {
		building.child.kill('SIGINT');
		await building.result;
		lane.buildsNeverEnd = false;
	}
}

async function upgrade(lane: Lane, stack: Stack, deployments: number): Promise<Row> {
	const command = { name: 'upgrade', args: ['upgrade', 'app.ts'], env: inStack(stack) };
	return (await measure(lane, command, deployments + 1, {})).row;
}

/** Deletes everything that drains: all are too old. */
async function janitor(lane: Lane, stack: Stack, deployments: number): Promise<Row> {
	const env = {
		...stack.janitorEnv,
		PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: '1',
		PULSE_RAILWAY_ROLLBACK_WINDOW: '0',
	};
	await new Promise((resolve) => setTimeout(resolve, 1_100));
	const command = { name: 'janitor run', args: ['janitor', 'run'], env };
	const { row, stdout } = await measure(lane, command, deployments + 1, { requests: 3 + 2 * deployments });
	const { deleted } = JSON.parse(stdout) as { deleted: readonly unknown[] };
	if (deleted.length !== deployments) throw new Error(`it deleted ${deleted.length} of ${deployments}`);
	return row;
}
