import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverProgram } from 'aws-world/tasks/server-program';
import { expect, onTestFinished, test, vi } from 'vitest';
import { deploy } from '../commands/deploy.ts';
import { type Account, DOMAIN, NAME, openAccount, passOf } from '../commands/testing/account.ts';
import { sidecarInside } from '../commands/testing/sidecar-inside.ts';
import { deployRequest } from '../config/deploy.ts';
import { APP_ID_VARIABLE } from '../protocol.ts';

const IMAGE = 'ghcr.io/of/a/test';
const MINUTE_MS = 60_000;

/** Says which version it is, over and over. */
const agent = serverProgram(({ env }) =>
	createServer((request, response) => {
		if (!request.url?.startsWith('/events')) return void response.end('well');
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		const telling = setInterval(() => response.write(`data: ${env[APP_ID_VARIABLE]}\n\n`), 50);
		response.on('close', () => clearInterval(telling));
	}),
);

async function folder(): Promise<string> {
	const cwd = await mkdtemp(join(tmpdir(), 'long-stream-'));
	onTestFinished(() => rm(cwd, { recursive: true }));
	await writeFile(join(cwd, 'Dockerfile'), 'FROM node:24\nEXPOSE 3000\nCMD ["node", "server.mjs"]\n');
	return cwd;
}

test('decision 21, A16.4: a stream of a container app lives for ten minutes over a deploy, with a pass of the reaper in each, and its version is deleted afterwards (C1.15)', {
	timeout: 60_000,
}, async () => {
	const on: Account = await openAccount({ program: agent });
	onTestFinished(() => on.close());
	on.world.registry.publish(
		IMAGE,
		sidecarInside(() => on),
	);
	const flags = {
		...{ deploymentName: NAME, domain: DOMAIN, nat: 'none', rollbackWindow: '0', desiredCount: '1' },
		...{ sidecarImage: IMAGE, hiddenTabSeconds: '90', drainPollSeconds: '5', drainGraceSeconds: '20' },
	};
	const request = await deployRequest({ cwd: await folder(), env: {}, flags });
	const make = async () => (await deploy(on.connect().session, request)).result?.deployment_id ?? '';
	const first = await make();
	const response = await new Promise<IncomingMessage>((resolve, reject) => {
		void on.origin().then((origin) => get(`${origin}/events?pulse_deployment=${first}`, resolve).on('error', reject));
	});
	let told = '';
	let ended = false;
	response.setEncoding('utf8').on('data', (text: string) => {
		told += text;
	});
	response.on('error', () => {});
	response.on('close', () => {
		ended = true;
	});
	await vi.waitFor(() => expect(told).toContain(`data: ${first}\n\ndata: ${first}`), { timeout: 5_000 });
	await make();
	for (let minute = 1; minute <= 10; minute++) {
		await on.world.clock.sleep(MINUTE_MS);
		const before = told.length;
		const { kept, actions } = await passOf(on);
		// A task that has just heard of the draining has not said yet what it is needed for.
		const reason = minute === 1 ? expect.stringMatching(/^(in-use|draining-young)$/) : 'in-use';
		expect(kept, JSON.stringify(actions)).toContainEqual(expect.objectContaining({ id: first, reason }));
		await vi.waitFor(() => expect(told.length).toBeGreaterThan(before), { timeout: 5_000 });
	}
	expect(ended).toBe(false);
	expect(told.replaceAll(`data: ${first}\n\n`, '')).toBe('');
	response.destroy();
	let [drained, cleaned] = [0, 0];
	for (let minute = 1; minute <= 10 && cleaned === 0; minute++) {
		await on.world.clock.sleep(MINUTE_MS);
		const report = await passOf(on);
		drained += report.drained;
		cleaned += report.cleaned;
	}
	expect([drained, cleaned]).toEqual([1, 1]);
});
