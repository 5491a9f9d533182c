import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { LocalPlatform } from '../index.ts';
import {
	client,
	createDomain,
	createService,
	createStack,
	deployFiles,
	logs,
	reaches,
	SERVER,
	SERVER_SETTINGS,
	startPlatform,
	status,
	temporaryFolder,
	until,
} from '../testing/harness.ts';
import { startTime } from './registry.ts';

const JITI = fileURLToPath(new URL('../../../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
const RUN = fileURLToPath(new URL('../testing/run-platform.ts', import.meta.url));

/** A platform that can be killed without ending this test. */
async function spawnPlatform(dir: string) {
	const child = spawn(process.execPath, [JITI, RUN, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
	onTestFinished(() => void child.kill('SIGKILL'));
	const [line] = await once(createInterface({ input: child.stdout }), 'line');
	return {
		kill: () => child.kill('SIGKILL'),
		exited: once(child, 'exit'),
		platform: JSON.parse(line) as LocalPlatform,
	};
}

const PARENT_AND_CHILD = {
	'server.mjs': `import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
const child = spawn('sleep', ['600'], { stdio: 'ignore' });
createServer((_, response) => response.end(JSON.stringify([process.pid, child.pid]))).listen(process.env.PORT);`,
};

test('no service outlives a platform that is killed, nor does what a service started', async () => {
	const dir = await temporaryFolder();
	const { platform, kill, exited } = await spawnPlatform(dir);
	const api = client(platform);
	const stack = await createStack(api);
	const web = await createService(api, stack, 'web', { startCommand: 'node server.mjs', healthcheckPath: '/' });
	const address = await createDomain(api, stack, web);
	await reaches(api, await deployFiles(api, stack, web, PARENT_AND_CHILD), 'SUCCESS');
	const pids = (await (await fetch(address)).json()) as number[];
	expect(pids.map((pid) => startTime(pid) !== null)).toEqual([true, true]);
	kill();
	await exited;
	await until('they are gone', () => pids.every((pid) => startTime(pid) === null));
});

test('after a kill the next platform brings back what ran, at the same public address, and finishes what was begun', async () => {
	const dir = await temporaryFolder();
	const { platform, kill, exited } = await spawnPlatform(dir);
	const api = client(platform);
	const stack = await createStack(api);
	const web = await createService(api, stack, 'web', { ...SERVER_SETTINGS, overlapSeconds: 60 });
	const address = await createDomain(api, stack, web);
	const first = await deployFiles(api, stack, web, SERVER('first'));
	await reaches(api, first, 'SUCCESS');
	const second = await deployFiles(api, stack, web, SERVER('second'));
	await reaches(api, second, 'SUCCESS');
	const job = await createService(api, stack, 'job', { startCommand: 'sleep 60', preDeployCommand: ['sleep 600'] });
	const waiting = await deployFiles(api, stack, job, { 'a.txt': '' });
	await reaches(api, waiting, 'DEPLOYING');
	kill();
	await exited;

	const again = await startPlatform({ dir });
	const after = client(again);
	await until('it answers', async () => (await (await fetch(address)).text()) === 'second');
	expect(await status(after, second)).toBe('SUCCESS');
	expect(await status(after, first)).toBe('REMOVED');
	await reaches(after, waiting, 'DEPLOYING');
	await after.data('mutation($id: String!) { deploymentCancel(id: $id) }', { id: waiting });
	await reaches(after, waiting, 'REMOVED');
});

/** Its second process never becomes healthy. */
const HEALTHY_ONCE = {
	'server.mjs': `import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
const again = existsSync('started');
writeFileSync('started', '');
createServer((_, response) => response.writeHead(again ? 503 : 200).end()).listen(process.env.PORT, () => console.log(again));`,
};

async function startAgainInVain(): Promise<{ again: LocalPlatform; web: string; running: () => readonly number[] }> {
	const dir = await temporaryFolder();
	const before = await startPlatform({ dir });
	const api = client(before);
	const stack = await createStack(api);
	const web = await createService(api, stack, 'web', SERVER_SETTINGS);
	const deployment = await deployFiles(api, stack, web, HEALTHY_ONCE);
	await reaches(api, deployment, 'SUCCESS');
	await before.close();
	const again = await startPlatform({ dir });
	const running = () =>
		readdirSync(join(dir, 'processes'))
			.map(Number)
			.filter((pid) => startTime(pid) !== null);
	await until('it starts again', async () =>
		(await logs(client(again), deployment)).some((line) => line.includes('true')),
	);
	return { again, web, running };
}

test('a platform ends at once while a service that it started again is not healthy', async () => {
	const { again, running } = await startAgainInVain();
	await again.close();
	expect(running()).toEqual([]);
});

test('a service is deleted at once while it is started again', async () => {
	const { again, web, running } = await startAgainInVain();
	await client(again).data('mutation($id: String!) { serviceDelete(id: $id) }', { id: web });
	await until('it is gone', () => running().length === 0);
});

test('processes that a dead platform and a dead guard left behind are reaped by pid and start time', async () => {
	const { mkdirSync, writeFileSync } = await import('node:fs');
	const dir = await temporaryFolder();
	mkdirSync(`${dir}/processes`);
	const left = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
	const stranger = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
	onTestFinished(() => void stranger.kill('SIGKILL'));
	writeFileSync(`${dir}/processes/${left.pid}`, startTime(left.pid!)!);
	writeFileSync(`${dir}/processes/${stranger.pid}`, 'another boot, another process');
	const ended = once(left, 'exit');
	await startPlatform({ dir });
	await ended;
	expect(startTime(stranger.pid!)).not.toBeNull();
});
