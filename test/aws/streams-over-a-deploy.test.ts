import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { scaledClock } from 'aws-world/clock/scaled-clock';
import { processProgram } from 'aws-world/tasks/process-program';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import { type Account, asked, openAccount, passOf } from '../../packages/pulse-aws/src/commands/testing/account.ts';

const PULSE = fileURLToPath(new URL('../../packages/pulse-app/bin/pulse.js', import.meta.url));
const SPEED = 20;
/** Of the account's time, with a pass of the reaper in each: longer than any grace, shorter than the longest age. */
const MINUTES_EACH = 2;

let account: Account | undefined;
afterEach(async () => {
	await account?.close();
	account = undefined;
});

interface Held {
	readonly flows: () => boolean;
	release(): void;
}

/** Each as a browser or a program would hold it, pinned to the deployment. */
const HOLDERS: Readonly<Record<string, (origin: string, pin: string) => Held>> = {
	'an event stream': (origin, pin) => {
		const got = receive(request(`${origin}/events?${pin}`));
		return { flows: got.flows, release: got.end };
	},
	'a websocket of the app': (origin, pin) => {
		const socket = new WebSocket(`${origin.replace('http', 'ws')}/raw?${pin}`);
		let last = 0;
		socket.on('message', () => {
			last = Date.now();
		});
		socket.on('error', () => {});
		return { flows: () => Date.now() - last < 2000, release: () => socket.close() };
	},
	'an upload': (origin, pin) => {
		const upload = request(`${origin}/files?${pin}`, { method: 'POST' });
		let failed = false;
		upload.on('error', () => {
			failed = true;
		});
		const part = setInterval(() => upload.write('x'.repeat(1000)), 200);
		return {
			flows: () => !failed,
			release: () => {
				clearInterval(part);
				upload.end();
			},
		};
	},
};

function receive(asking: ClientRequest) {
	let last = 0;
	asking.on('response', (response: IncomingMessage) => {
		response.on('data', () => {
			last = Date.now();
		});
		response.on('error', () => {});
	});
	asking.on('error', () => {});
	asking.end();
	return { flows: () => Date.now() - last < 2000, end: () => asking.destroy() };
}

test('decision 21: the reaper ends no deployment while a stream, a websocket or an upload holds it, and ends it afterwards', {
	timeout: 240_000,
}, async () => {
	const clock = scaledClock(SPEED);
	const on = await openAccount({
		clock,
		stacks: { durationMs: 10_000 },
		program: processProgram(
			[process.execPath, PULSE, 'run', 'streams.mjs', '--prod', '--address', '127.0.0.1', '--drain-seconds', '0'],
			{ cwd: fileURLToPath(new URL('apps', import.meta.url)) },
		),
	});
	account = on;
	const flags = { desiredCount: '1', healthCheckTimeout: '25', drainPollSeconds: '1', drainGraceSeconds: '1' };
	const first = await deploy(on.connect().session, await asked(flags));
	const id = first.result?.deployment_id ?? '';
	const origin = await on.origin();
	const minute = () => clock.sleep(60_000, new AbortController().signal);
	let before: Held | null = null;
	for (const [what, hold] of Object.entries(HOLDERS)) {
		const held = hold(origin, `pulse_deployment=${id}`);
		await expect.poll(held.flows, { timeout: 10_000 }).toBe(true);
		if (before === null) await deploy(on.connect().session, await asked(flags));
		else before.release();
		for (let minutes = 0; minutes < MINUTES_EACH; minutes++) {
			await minute();
			const { actions, kept } = await passOf(on);
			expect(kept, `${what}: ${JSON.stringify(actions)}`).toContainEqual({
				id,
				reason: expect.stringMatching(/^(in-use|draining-young)$/),
			});
		}
		expect(held.flows(), what).toBe(true);
		before = held;
	}
	before?.release();
	const drained = async () => {
		await minute();
		return (await passOf(on)).drained;
	};
	await expect.poll(drained, { timeout: 60_000, interval: 100 }).toBe(1);
});
