import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DoctorReport } from 'pulse-deploy-kit/doctor/check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { pulseRailway } from './testing/run.ts';
import { initShop, startPlatform } from './testing/shop.ts';

let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;

beforeAll(async () => {
	app = await appFolder();
	({ platform, env } = await startPlatform(app.dir));
	await writeFile(join(app.dir, '.railwayignore'), '.platform\n');
	await initShop(app.dir, env);
	await pulseRailway(['deploy', 'app.ts', '--yes', '--json'], { cwd: app.dir, env });
}, 60_000);
afterAll(async () => {
	await platform?.close();
	await app?.dispose();
}, 60_000);

const doctor = (...args: string[]) => pulseRailway(['doctor', '--json', ...args], { cwd: app.dir, env });

it('finds nothing on a healthy stack, opens a websocket, and writes a report without names (R8.9)', async () => {
	const ended = await doctor('--report', 'doctor.json');
	const { ok, checks } = ended.json<DoctorReport>();
	expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
	expect([ok, ended.code]).toEqual([true, 0]);
	expect(checks.find(({ check }) => check === 'websocket')).toMatchObject({ measured: { status: 101 } });
	expect(checks.find(({ check }) => check === 'private-dns')).toMatchObject({ measured: { names: 1, unresolved: 0 } });
	// As the local platform does what Railway documents.
	expect(checks.find(({ check }) => check === 'router')).toMatchObject({ measured: { realIp: true } });
	expect(checks.find(({ check }) => check === 'api-schema')).toMatchObject({
		measured: { refused: '', deprecated: '' },
	});
	const report = await readFile(join(app.dir, 'doctor.json'), 'utf8');
	expect(JSON.parse(report).checks).toHaveLength(checks.length);
	for (const secret of ['shop', '127.0.0.1', app.dir, ...Object.values(env)]) expect(report).not.toContain(secret);
}, 60_000);

it('a router service that is not there ends with 1, and says which', async () => {
	const ended = await doctor('--service', 'elsewhere-router');
	expect(ended.code).toBe(1);
	const baseline = ended.json<DoctorReport>().checks.find(({ check }) => check === 'baseline');
	expect(baseline).toMatchObject({ status: 'fail', found: expect.stringContaining('elsewhere-router') });
}, 60_000);
