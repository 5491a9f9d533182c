import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { newSigningSecret } from 'pulse-deploy-kit/notify/sign';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { pulseRailway } from './testing/run.ts';
import { initShop, startPlatform } from './testing/shop.ts';

let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;
const secret = newSigningSecret();
const told: string[] = [];
/** Verifies as a receiver does, by the library of the specification. */
const receiver = createServer(async (request, response) => {
	let body = '';
	for await (const chunk of request) body += chunk;
	const said = new Webhook(secret.reveal()).verify(body, request.headers as Record<string, string>) as {
		readonly type: string;
		readonly data: { readonly deployment_id: string; readonly stack: string };
	};
	told.push(`${said.data.stack}: ${said.type} ${said.data.deployment_id}`);
	response.writeHead(204).end();
});

beforeAll(async () => {
	app = await appFolder();
	({ platform, env } = await startPlatform(app.dir));
	await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
	const { port } = receiver.address() as AddressInfo;
	await writeFile(join(app.dir, 'pulse.toml'), `notify = "http://127.0.0.1:${port}/s3cret"\nnotify_kept = "2h"\n`);
	env.PULSE_RAILWAY_NOTIFY_SECRET = secret.reveal();
	await initShop(app.dir, env);
}, 60_000);
afterAll(async () => {
	receiver.close();
	await platform?.close();
	await app?.dispose();
}, 60_000);

async function done(...args: string[]): Promise<string> {
	const ended = await pulseRailway([...args, '--yes'], { cwd: app.dir, env });
	expect(ended.code, ended.stderr).toBe(0);
	expect(ended.stdout + ended.stderr).not.toContain('s3cret');
	expect(ended.stdout + ended.stderr).not.toContain(secret.reveal());
	return ended.stdout + ended.stderr;
}

it('R9.13: whoever pulse.toml names is told within seconds of a deploy and a rollback, and of nothing once it is off', async () => {
	await done('deploy', 'app.ts', '--deployment-id', 'one');
	await done('deploy', 'app.ts', '--deployment-id', 'two');
	await done('rollback');
	await expect.poll(() => told.length, { timeout: 10_000 }).toBe(3);
	expect(told).toEqual([
		'shop/production: deployment.deployed one',
		'shop/production: deployment.deployed two',
		'shop/production: deployment.rolled_back one',
	]);
	expect(await done('upgrade', 'app.ts', '--dry-run')).toMatch(/Notices go to http:\/\/127\.0\.0\.1:\d+\/\[hidden\]/);

	expect(await done('upgrade', 'app.ts', '--notify', 'off')).toContain('Notices go to nobody');
	await done('rollback');
	await new Promise((resolve) => setTimeout(resolve, 2_000));
	expect(told).toHaveLength(3);
}, 120_000);
