import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiCall, LocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { pulseRailway, startPulseRailway } from './testing/run.ts';
import { initShop, startPlatform } from './testing/shop.ts';

let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;
/** Root fields of each request to Railway. */
const calls: string[] = [];
/** Of a deploy that waits for its build. */
const WAITING = /^(deployment|buildLogs|deploymentEvents|environmentLogs)\b/;

/** A build with the argument `GATE=<name>` waits while the gate of that name is closed. */
const gate = (name: string) => join(app.dir, `.gate-${name}`);
const close = (name: string) => writeFile(gate(name), '');
const open = (name: string) => rm(gate(name));

beforeAll(async () => {
	app = await appFolder();
	await writeFile(
		join(app.dir, 'Dockerfile'),
		'FROM node:22-slim\nCOPY . .\nRUN build\nCMD ["pulse", "run", "app.ts"]\n',
	);
	await writeFile(join(app.dir, '.railwayignore'), '.platform\n.gate-*\n');
	const buildCommand = `while [ -e "${app.dir}/.gate-$GATE" ]; do sleep 0.05; done`;
	const faults = ({ fields }: ApiCall) => {
		calls.push(fields.join('+'));
		return null;
	};
	({ platform, env } = await startPlatform(app.dir, { buildCommand, behaviour: { faults } }));
	env.PULSE_RAILWAY_DEPLOY_LOCK_SECONDS = '3';
	await initShop(app.dir, env);
	for (const id of ['one', 'two']) await deployed(id);
}, 120_000);
afterAll(async () => {
	await platform?.close();
	await app?.dispose();
}, 60_000);

const run = (...args: string[]) => pulseRailway([...args, '--json'], { cwd: app.dir, env });
const deployArgs = (id: string, ...more: string[]) => ['deploy', 'app.ts', '--deployment-id', id, '--json', ...more];

async function deployed(id: string): Promise<void> {
	const ended = await pulseRailway(deployArgs(id), { cwd: app.dir, env });
	expect(ended.code, ended.stderr).toBe(0);
}

/** Builds behind its closed gate from when this resolves. */
async function building(id: string, ...more: string[]) {
	await close(id);
	const command = startPulseRailway(deployArgs(id, '--build-arg', `GATE=${id}`, ...more), { cwd: app.dir, env });
	await expect.poll(services, { timeout: 30_000 }).toContain(id);
	await expect.poll(buildingNow, { timeout: 30_000 }).toContain(id);
	return command;
}

const described = () => platform.describe().environments.flatMap((one) => one.services);
const services = () => described().map(({ service_name }) => service_name);
const buildingNow = () =>
	described()
		.filter((one) => JSON.stringify(one).includes('BUILDING'))
		.map(({ service_name }) => service_name);
const active = async () => (await run('status')).json<{ active_deployment: string }>().active_deployment;

it('a rollback passes a deploy that builds, which then cuts over from there and says so', async () => {
	const three = await building('three');
	calls.length = 0;
	const back = await run('rollback');
	expect(back.code, back.stderr).toBe(0);
	// At 150 ms each, one after the other, they leave a second of the two that it may take.
	const asked = calls.filter((fields) => !WAITING.test(fields));
	expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(6);
	expect([await active(), buildingNow()]).toEqual(['one', ['three']]);
	await open('three');
	const { code, stderr, json } = await three.ended;
	expect(code, stderr).toBe(0);
	expect(stderr).toContain('Active by now: one (two when this deploy began). Planned anew.');
	expect(json()).toMatchObject({ deployment_id: 'three', previous_deployment_id: 'one' });
	expect(await active()).toBe('three');
}, 120_000);

it('of two deploys that build at once the one that was started later wins, and the other says who went first', async () => {
	const early = await building('early');
	await deployed('late');
	const refused = await run('delete', 'early', '--yes');
	expect(refused.json()).toMatchObject({
		error: { code: 'lock-held', message: expect.stringMatching(/'early' is being made by .*deploy early/) },
	});
	expect([services().includes('early'), await active()]).toEqual([true, 'late']);
	await open('early');
	const { code, json } = await early.ended;
	expect(code).toBe(1);
	expect(json()).toMatchObject({
		error: { code: 'overtaken', message: 'late, which was started after early, went first' },
	});
	expect([services().includes('early'), await active()]).toEqual([false, 'late']);
}, 120_000);

it('the earlier one wins where it says so, and the later one that ends last', async () => {
	const early = await building('insists', '--over-later');
	const late = await building('later');
	await deployed('quick');
	await open('insists');
	expect((await early.ended).code).toBe(0);
	expect(await active()).toBe('insists');
	await open('later');
	const ended = await late.ended;
	expect(ended.code, ended.stderr).toBe(0);
	expect(ended.stderr).toContain('Active by now: insists');
}, 180_000);

it('with --supersede a later deploy stops an earlier one that builds, of a preview one of its name (R8.15)', async () => {
	const early = await building('hasty');
	const draft = await building('draft', '--preview', 'pr-1');
	const late = startPulseRailway(deployArgs('prompt', '--supersede'), { cwd: app.dir, env });
	const stopped = await early.ended;
	expect([stopped.code, stopped.json()]).toMatchObject([
		75,
		{ error: { code: 'superseded', message: 'prompt, which was started after hasty, takes its place' } },
	]);
	const { code, stderr } = await late.ended;
	expect(code, stderr).toBe(0);
	expect(stderr).toContain('Stops hasty, which is still being made');
	expect([services().includes('hasty'), buildingNow(), await active()]).toEqual([false, ['draft'], 'prompt']);
	const again = await pulseRailway(deployArgs('draft2', '--preview', 'pr-1', '--supersede'), { cwd: app.dir, env });
	expect(again.code, again.stderr).toBe(0);
	expect((await draft.ended).code).toBe(75);
	expect([services().includes('draft'), await active()]).toEqual([false, 'prompt']);
	await Promise.all([open('hasty'), open('draft')]);
}, 180_000);

it('what a killed deploy left is cleaned up once its lease has lapsed, and its id is free again', async () => {
	const killed = await building('killed');
	killed.kill();
	await killed.ended;
	await open('killed');
	await deployed('killed');
	expect(await active()).toBe('killed');
	expect(services().filter((name) => name === 'killed')).toHaveLength(1);
}, 120_000);

it('one whose kind was only found takes itself back where visitors were moved to the other kind meanwhile (C1.19)', async () => {
	const boxed = join(app.dir, 'boxed');
	await mkdir(boxed);
	await writeFile(
		join(boxed, 'Dockerfile'),
		'FROM node:22-slim\nCOPY . .\nRUN build\nEXPOSE 8000\nCMD ["node", "app.cjs"]\n',
	);
	await writeFile(
		join(boxed, 'app.cjs'),
		"require('node:http').createServer((_, answer) => answer.end('boxed')).listen(process.env.PORT);",
	);
	const before = await active();
	const inBox = (...args: string[]) => startPulseRailway(['deploy', '--json', ...args], { cwd: boxed, env });
	const said = await inBox('--container', '--deployment-id', 'said').ended;
	expect(said.code, said.stderr).toBe(0);
	await close('found');
	const found = inBox('--deployment-id', 'found', '--build-arg', 'GATE=found');
	await expect.poll(buildingNow, { timeout: 30_000 }).toContain('found');
	expect((await run('rollback', before)).code).toBe(0);
	await open('found');
	const { code, json } = await found.ended;
	expect([code, json()]).toMatchObject([
		1,
		{ error: { code: 'other-kind', message: expect.stringContaining(`a Pulse app is active (${before})`) } },
	]);
	expect([services().includes('found'), await active()]).toEqual([false, before]);
}, 120_000);
