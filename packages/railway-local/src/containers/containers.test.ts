import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { purge } from '../command/purge.ts';
import { killGroup } from '../runtime/registry.ts';
import {
	client,
	createDomain,
	createService,
	createStack,
	deployFiles,
	logs,
	reaches,
	SERVER,
	startPlatform,
	temporaryFolder,
	until,
} from '../testing/harness.ts';
import { standInEngine } from '../testing/stand-in-engine.ts';

// Each call of an engine is a process, and a busy machine starts those slowly.
vi.setConfig({ testTimeout: 60_000 });

const DOCKERFILE = 'FROM node:24-slim\nARG COLOUR\nCOPY . .\nCMD ["node", "server.mjs"]\n';
const app = (version: string) => ({ ...SERVER(version), Dockerfile: DOCKERFILE });
const SETTINGS = { healthcheckPath: '/health', drainingSeconds: 5 };
const VARIABLES = { PORT: '8501', TOKEN: 'hidden', COLOUR: 'hidden too' };

async function open(settings: object = SETTINGS, variables: Record<string, string> = VARIABLES) {
	const engine = await standInEngine();
	const dir = await temporaryFolder();
	const env = { ...process.env, ...engine.env };
	const start = (containers = true) => startPlatform({ dir, env, containers });
	const platform = await start();
	const api = client(platform);
	const stack = await createStack(api);
	const service = await createService(api, stack, 'web', settings, variables);
	const containers = () => readdirSync(join(engine.state, 'containers'));
	const images = () => readdirSync(join(engine.state, 'images')).filter((name) => name.endsWith('.json'));
	const calls = () => readFileSync(join(engine.state, 'calls'), 'utf8');
	return { engine, dir, env, start, platform, api, stack, service, containers, images, calls };
}

test('a Dockerfile is built and runs in a container: published on loopback, nothing of this machine or hidden is seen', async () => {
	const { api, stack, service, calls, containers, platform, images, engine } = await open();
	expect(platform.containers).toBe('docker 0 (stand-in)');
	const id = await deployFiles(api, stack, service, app('one'));
	await reaches(api, id, 'SUCCESS');
	const address = await createDomain(api, stack, service);
	const environment = (await (await fetch(`${address}/env`)).json()) as Record<string, string>;
	expect(environment).toMatchObject({ APP_PORT: '8501', TOKEN: 'hidden', RAILWAY_DEPLOYMENT_ID: id });
	expect(Object.keys(environment).filter((name) => /^(HOME|NODE_OPTIONS|PULSE_|DOCKER_)/.test(name))).toEqual([]);
	expect(calls()).toMatch(/"--publish","127\.0\.0\.1:\d+:8501"/);
	expect(calls()).not.toContain('hidden');
	const image = JSON.parse(readFileSync(join(engine.state, 'images', images()[0]!), 'utf8')) as { args: unknown };
	// Of all variables the build is offered what it declares.
	expect(image.args).toEqual([['COLOUR', 'hidden too']]);
	expect(await logs(api, id)).toEqual(expect.arrayContaining(['listening', 'It starts as its Dockerfile says.']));
	await platform.close();
	expect([containers(), images().length]).toEqual([[], 1]);
});

test('the next version takes over beside it; the old one gets SIGTERM and its grace, and leaves no container and no image', async () => {
	const { api, stack, service, containers, images } = await open();
	const one = await deployFiles(api, stack, service, app('one'));
	await reaches(api, one, 'SUCCESS');
	const address = await createDomain(api, stack, service);
	const two = await deployFiles(api, stack, service, app('two'));
	await reaches(api, two, 'SUCCESS');
	await reaches(api, one, 'REMOVED');
	expect(await (await fetch(address)).text()).toBe('two');
	expect(await logs(api, one)).toContain('draining');
	await until('the first image is gone', () => images().length === 1);
	expect(containers()).toHaveLength(1);
});

test('a crash is restarted by its policy, and an exit code is the container’s own', async () => {
	const { api, stack, service } = await open({ ...SETTINGS, restartPolicyMaxRetries: 1 });
	const id = await deployFiles(api, stack, service, app('one'));
	await reaches(api, id, 'SUCCESS');
	const address = await createDomain(api, stack, service);
	await fetch(`${address}/exit`).catch(() => {});
	await until('it is back', async () => (await fetch(address).then((answer) => answer.text())) === 'one');
	await fetch(`${address}/exit`).catch(() => {});
	await reaches(api, id, 'CRASHED');
	expect(await logs(api, id)).toEqual(
		expect.arrayContaining([
			'The process ended with code 1; restart 1.',
			'The process ended with code 1 and is not restarted.',
		]),
	);
});

test('a build that fails says so, and what is before the start runs in the image', async () => {
	const { api, stack, service, calls, containers } = await open({ ...SETTINGS, preDeployCommand: ['echo migrated'] });
	const broken = await deployFiles(api, stack, service, { Dockerfile: 'FROM node\nRUN false\nCMD ["a"]\n' });
	await reaches(api, broken, 'FAILED');
	expect(await logs(api, broken)).toContain(
		'Dockerfile could not be built by docker 0 (stand-in); its lines are above.',
	);
	const id = await deployFiles(api, stack, service, app('one'));
	await reaches(api, id, 'SUCCESS');
	expect(await logs(api, id)).toContain('migrated');
	expect(calls()).toContain('"--entrypoint","/bin/sh"');
	expect(containers()).toHaveLength(1);
});

test('a Pulse app, and what has no Dockerfile, is a process as ever', async () => {
	const start = { ...SETTINGS, startCommand: 'node server.mjs' };
	const { api, stack, service, images } = await open(start, { PULSE_APP_FILE: 'app.ts' });
	const id = await deployFiles(api, stack, service, app('one'));
	await reaches(api, id, 'SUCCESS');
	expect(await logs(api, id)).toContain('A Pulse app runs as a process of this machine, with --containers too.');
	const plain = await createService(api, stack, 'plain', start);
	await reaches(api, await deployFiles(api, stack, plain, SERVER('two')), 'SUCCESS');
	expect(images()).toEqual([]);
});

test('the next start runs the image again, ends by its label what a killed platform left, and nothing else', async () => {
	const { api, stack, service, platform, engine, containers, start, dir, env, images } = await open();
	const id = await deployFiles(api, stack, service, app('one'));
	await reaches(api, id, 'SUCCESS');
	const name = containers()[0]!;
	const mine = JSON.parse(readFileSync(join(engine.state, 'containers', name), 'utf8')) as {
		label: string;
		pid: number;
	};
	await platform.close();
	const left = { ...mine, pid: sleeper() };
	const other = { label: `${mine.label}0`, pid: sleeper() };
	writeFileSync(join(engine.state, 'containers', 'left'), JSON.stringify(left));
	writeFileSync(join(engine.state, 'containers', 'other'), JSON.stringify(other));
	const again = await start();
	await reaches(client(again), id, 'SUCCESS');
	await until('its container runs', () => containers().length === 2);
	expect(containers()).toContain('other');
	await again.close();
	// Without an engine it cannot run, and says what is missing.
	const without = await start(false);
	await reaches(client(without), id, 'FAILED');
	expect((await logs(client(without), id)).join()).toContain('this platform was started without --containers');
	await without.close();
	await purge(dir, env);
	expect([containers(), images(), existsSync(dir)]).toEqual([['other'], [], false]);
});

/** A process group that sleeps until it is killed. */
function sleeper(): number {
	const { pid = 0 } = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
	onTestFinished(() => killGroup(pid));
	return pid;
}
