import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from 'pulse-deploy-kit/clock';
import { destination } from 'pulse-deploy-kit/notify/destination';
import { newSigningSecret } from 'pulse-deploy-kit/notify/sign';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Notifying } from '../config/notify.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import { tellOfChanges } from '../router/notices.ts';
import { openStore } from '../stores/open.ts';
import { notifyOperators } from './notify.ts';

let store: DeploymentStore;
let answers: (number | 'hangs')[];
let received: { id: string; type: string; deployment: string }[];
let receiver: { url: string; close(): void };
let stop: AbortController;
let runs = 0;
const secret = newSigningSecret();

beforeEach(async () => {
	[store, answers, received, stop] = [await openStore('memory:', { prefix: 'p' }), [], [], new AbortController()];
	const server = createServer(async (request, response) => {
		let body = '';
		for await (const chunk of request) body += chunk;
		const headers = request.headers as Record<string, string>;
		const said = new Webhook(secret.reveal()).verify(body, headers) as {
			type: string;
			data: { deployment_id: string };
		};
		received.push({ id: headers['webhook-id'] ?? '', type: said.type, deployment: said.data.deployment_id });
		const answer = answers.shift() ?? 200;
		if (answer !== 'hangs') response.writeHead(answer).end();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	receiver = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/s3cret`,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
});
afterEach(async () => {
	stop.abort();
	receiver.close();
	await store.close();
});

const notifying = (): Notifying => ({
	destination: destination(receiver.url),
	secret,
	keptMs: 3_600_000,
	stack: 'shop/production',
	projectId: 'p',
	environmentId: 'e',
	service: 'pulse-router',
});
async function run(options: { notifying?: Notifying | null; later?: number } = {}) {
	const host = recordingHost();
	const clock = { ...systemClock, now: () => Date.now() + (options.later ?? 0) };
	const report = await notifyOperators({
		store,
		notifying: notifying(),
		holding: new Map(),
		rollbackWindowMs: 0,
		startedAt: ++runs,
		host,
		clock,
		signal: stop.signal,
		...options,
	});
	return { report, said: JSON.stringify(host.messages) };
}

test('R9.13: the janitor tells of what happened, once, signed', async () => {
	await store.promote('one', 'one');
	await store.promote('two', 'two');
	expect((await run()).report).toEqual({ sent: 2, failed: 0, given_up: 0, error: null });
	expect((await run()).report).toEqual({ sent: 0, failed: 0, given_up: 0, error: null });
	expect(received.map(({ type, deployment }) => `${type} ${deployment}`)).toEqual([
		'deployment.deployed one',
		'deployment.deployed two',
	]);
});

test('R9.13: what a receiver does not take is sent again later, with the same id, and the janitor does not fail', async () => {
	await store.promote('one', 'one');
	answers = [500];
	const { report, said } = await run();
	expect(report).toEqual({ sent: 0, failed: 1, given_up: 0, error: 'it answered 500' });
	expect(said).toContain('notify; sent=0 failed=1');
	expect(said).not.toContain('s3cret');
	expect((await run()).report?.sent).toBe(0);
	expect(received).toHaveLength(1);
});

test('R9.13: without a URL what waits is dropped', async () => {
	await store.promote('one', 'one');
	answers = [500];
	await run();
	expect((await run({ notifying: null })).report).toBeNull();
	await store.promote('two', 'two');
	await run();
	expect(received.map(({ deployment }) => deployment)).toEqual(['one', 'two']);
});

test('a stack that was given the URL by hand, without a secret, is told how to get one', async () => {
	await store.promote('one', 'one');
	const { report, said } = await run({ notifying: { ...notifying(), secret: undefined } });
	expect([report, received]).toEqual([null, []]);
	expect(said).toContain('PULSE_RAILWAY_NOTIFY_SECRET is not set');
});

test('R9.13: routers tell at once, of several processes one, and leave to the janitor what is not taken', async () => {
	const lines: string[] = [];
	const log = {
		note: (_: string, __: object, line: string) => void lines.push(line),
		noticesTrouble: (error: unknown) => void lines.push(String(error)),
	};
	for (let process = 0; process < 4; process++) {
		const onSnapshot = tellOfChanges(
			{ store, notifying: notifying(), log, clock: systemClock, settleMs: 20 },
			stop.signal,
		);
		store.watch({ onSnapshot, onLost: () => {} }, stop.signal);
	}
	await store.promote('one', 'one');
	await expect.poll(() => received.length).toBe(1);
	answers = [503];
	await store.promote('two', 'two');
	await expect.poll(() => received.length).toBe(2);
	await store.promote('three', 'three');
	await expect.poll(() => received.length).toBe(3);
	await systemClock.sleep(100);
	expect(received.map(({ deployment }) => deployment)).toEqual(['one', 'two', 'three']);
	expect(lines.filter((line) => line.includes('it answered 503'))).toHaveLength(1);
});
