import { pino } from 'pino';
import { App } from 'pulse-app';
import { type Clock, systemClock } from 'pulse-deploy-kit/clock';
import { io, type Socket } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { canaryParameter } from '../protocol.ts';
import { readCanaryWord } from '../task/canary-word.ts';
import { type Rollout, rolloutName, rolloutText } from '../task/rollout.ts';
import { AWSECSPlugin } from './aws-ecs-plugin.ts';

const ID = 'prod-20260402-120000Z';
const ENV = {
	PULSE_AWS_DEPLOYMENT_NAME: 'prod',
	PULSE_AWS_DEPLOYMENT_ID: ID,
	PULSE_AWS_DRAIN_POLL_SECONDS: '1',
	PULSE_AWS_DRAIN_GRACE_SECONDS: '20',
	PULSE_AWS_TASK_ID: 't-1',
};

/** A task says what it has counted each half minute. */
const TIMES = 40;
const QUICK: Clock = {
	now: () => Date.now() * TIMES,
	sleep: (ms, signal) => systemClock.sleep(ms / TIMES, signal),
};

/** A task of a deployment in that state, and what it writes. */
async function task(state: string, canary?: Rollout) {
	const words: string[] = [];
	const ssm = {
		getParameters: async () => ({
			$metadata: {},
			Parameters: [
				{ Name: `/apps/prod/${ID}/state`, Value: state },
				...(canary === undefined ? [] : [{ Name: canaryParameter('prod'), Value: rolloutText(canary) }]),
			],
		}),
		putParameter: async ({ Value }: { Value: string | undefined }) => {
			words.push(Value ?? '');
			return { $metadata: {} };
		},
	};
	const app = new App({
		listener: (_, response) => response.end('app'),
		plugins: [new AWSECSPlugin({ ssm, random: () => 0, ...(canary === undefined ? {} : { clock: QUICK }) })],
	});
	const running = await app.listen({ port: 0, address: '127.0.0.1', logger: pino({ level: 'silent' }), env: ENV });
	onTestFinished(() => running.close({ budgetMs: 0 }));
	return { app, running, words, url: `http://127.0.0.1:${running.port}` };
}

interface Prerendered {
	readonly directives: {
		readonly socketio: { readonly auth: Record<string, string>; readonly query: Record<string, string> };
	};
}

async function openPage(url: string, more: object = {}, drawn = ''): Promise<{ socket: Socket; heard: unknown[] }> {
	const response = await fetch(`${url}/_pulse/prerender`, { method: 'POST', body: '{"paths":["/"]}' });
	const [, body] = (await response.json()) as [unknown, Prerendered];
	const { auth, query } = body.directives.socketio;
	const cookie = [response.headers.getSetCookie()[0]?.split(';', 1)[0], drawn].join('; ');
	const options = { transports: ['websocket'], reconnection: false, extraHeaders: { cookie }, query };
	const socket = io(url, { ...options, auth: { ...auth, ...more } });
	onTestFinished(() => void socket.disconnect());
	const heard: unknown[] = [];
	socket.on('message', ([, message]: [unknown, { type: string }]) => {
		heard.push(message);
		// What a page does that loads anew.
		if (message.type === 'reload') socket.disconnect();
	});
	return { socket, heard };
}

test('a task of a deployment that drains says by its reason what holds it, and has its pages load anew in turns when it ends (A11.3)', async () => {
	const { app, running, words, url } = await task('draining');
	const [safe, old] = [await openPage(url, { __pulse_safe_reload: 1 }), await openPage(url)];
	await expect.poll(() => running.renderSessions().connected).toBe(2);
	safe.socket.emit('message', [[[], [], [], []], { type: 'presence', state: 'held', reason: 'unsaved draft' }]);
	let end = () => {};
	const turn = app.busy(
		new Promise<void>((resolve) => {
			end = resolve;
		}),
	);
	await expect.poll(() => running.pages().held).toBe(1);
	// The first word was said before anybody came.
	expect(words).toEqual(['healthy']);
	let closed = false;
	const closing = running.close({ budgetMs: 8_000 }).then(() => {
		closed = true;
	});
	await expect
		.poll(() => [safe.heard, old.heard], { timeout: 4_000 })
		.toEqual([[{ type: 'reload', within: 0 }], [{ type: 'reload' }]]);
	await expect.poll(() => running.renderSessions().connected).toBe(0);
	// Work that goes on holds the task for as long as it may.
	expect(closed).toBe(false);
	end();
	await turn;
	await closing;
});

test('a task of the active deployment leaves its pages where they are when it is replaced', async () => {
	const { running, url } = await task('active');
	const { heard } = await openPage(url);
	await expect.poll(() => running.renderSessions().connected).toBe(1);
	await running.close({ budgetMs: 300 });
	expect(heard).toEqual([]);
});

test('a task of a canary counts the websockets of its visitors, and pages of theirs that say that they failed (A8.6)', async () => {
	const beganAt = Date.now();
	const progress = { beganAt, sharedAt: beganAt, share: 500, next: [], everyMs: null };
	const rollout: Rollout = { id: ID, activeId: 'prod-20260401-120000Z', ...progress };
	const { words, url, running } = await task('canary', rollout);
	// Sockets count from when the task has heard of its part.
	await expect.poll(() => words.some((word) => readCanaryWord(word) !== null)).toBe(true);
	const { socket } = await openPage(url, {}, `pulse_canary=${rolloutName(rollout)}.canary`);
	const stranger = await openPage(url);
	await expect.poll(() => running.renderSessions().connected).toBe(2);
	for (const page of [socket, stranger.socket])
		for (const state of ['busy', 'idle'])
			page.emit('message', [[[], [], [], []], { type: 'presence', state, error: true }]);
	await expect.poll(() => running.pages().idle).toBe(2);
	const counted = () => {
		const { live } = readCanaryWord(words.findLast((word) => readCanaryWord(word) !== null) ?? '') ?? {};
		const tallies = [...(live?.minutes.values() ?? [])];
		const sum = (of: 'trials' | 'failures') => tallies.reduce((total, tally) => total + tally[of], 0);
		return { sees: live?.sees, trials: sum('trials'), failures: sum('failures') };
	};
	// Its socket, and its page once.
	await expect.poll(counted).toEqual({ sees: 'sockets and errors', trials: 2, failures: 1 });
	socket.disconnect();
	await expect.poll(counted).toEqual({ sees: 'sockets and errors', trials: 3, failures: 1 });
});
