import { once } from 'node:events';
import { request } from 'node:http';
import { scaledClock } from 'aws-world/clock/scaled-clock';
import { createAwsWorld } from 'aws-world/world';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ask } from '../../../pulse-edge/src/testing/ask.ts';
import { startBackend } from '../../../pulse-edge/src/testing/sockets.ts';
import { sidecarConfig } from '../config/sidecar.ts';
import { openSidecar } from './open.ts';

const HIDDEN_S = 100;
const GRACE_S = 5;

/** A sidecar whose deployment drains, in a world fifty times as fast, with the load balancer's health checks. */
async function draining() {
	const world = await createAwsWorld({ clock: scaledClock(50) });
	onTestFinished(() => world.close());
	await world.aws.ssm.putParameter({ Name: '/apps/prod/one/state', Value: 'draining', Type: 'String' });
	const appPort = await startBackend(
		(asked, response) => void (asked.url === '/stream' ? response.write('first') : response.end('well')),
		(server) => void new WebSocketServer({ server }),
	);
	const config = sidecarConfig({
		PULSE_AWS_DEPLOYMENT_NAME: 'prod',
		PULSE_AWS_DEPLOYMENT_ID: 'one',
		PULSE_EDGE_UPSTREAM_PORT: String(appPort),
		PULSE_EDGE_PORT: '0',
		PULSE_EDGE_HIDDEN_TAB_SECONDS: String(HIDDEN_S),
		PULSE_AWS_DRAIN_POLL_SECONDS: '1',
		PULSE_AWS_DRAIN_GRACE_SECONDS: String(GRACE_S),
		PULSE_AWS_TASK_ID: 't-1',
	});
	const began = world.clock.now();
	const { port, close } = await openSidecar({
		config,
		logger: { debug() {}, info() {}, warn() {}, error() {} },
		parameterStore: async () => world.aws.ssm,
		clock: world.clock,
	});
	onTestFinished(() => close(0));
	const checks = setInterval(() => void ask(port, '/_pulse/health').catch(() => {}), 50);
	onTestFinished(() => clearInterval(checks));
	const word = () => world.parameters.get('/apps/prod/one/tasks/t-1');
	/** What holds it comes after it. */
	const first = () => word()?.value.split(' ', 1)[0];
	const says = (value: string) => expect.poll(first, { timeout: 15_000, interval: 10 }).toBe(value);
	const report = (state: string) =>
		ask(port, `/_pulse/edge/tab?pulse_deployment=one&tab=abcdefgh&state=${state}`, {
			method: 'POST',
			headers: { origin: 'http://app.test' },
		});
	return { world, port, began, word, first, says, report };
}

test('decision 21: a task is needed by tabs, sockets and requests, not by health checks, and from its start until hidden tabs have spoken (A16.4)', async () => {
	const { world, port, began, word, first, says, report } = await draining();
	await says('draining');
	expect(word()!.modified - began).toBeGreaterThanOrEqual((HIDDEN_S + GRACE_S) * 1000);

	await report('visible');
	await says('healthy');
	await report('gone');
	await says('draining');

	await report('hidden');
	await says('healthy');
	const hiddenAt = world.clock.now();
	await says('draining');
	expect(word()!.modified - hiddenAt).toBeGreaterThanOrEqual((HIDDEN_S - 5) * 1000);

	const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
	await once(socket, 'open');
	await says('healthy');
	socket.close();
	await says('draining');

	const stream = request({ port, host: '127.0.0.1', path: '/stream?pulse_deployment=one' });
	stream.on('error', () => {});
	stream.on('response', (response) => void response.resume().on('error', () => {}));
	stream.end();
	await says('healthy');
	await world.clock.sleep(30_000);
	expect(first()).toBe('healthy');
	stream.destroy();
	await says('draining');

	// One request between two looks: healthy for a grace, and draining again.
	const { version } = word()!;
	await ask(port, '/');
	await expect.poll(() => word()!.version, { timeout: 15_000, interval: 10 }).toBe(version + 2);
	await says('draining');

	// A tab hears by when it is to move, which the tool has said; no tab has to leave an active deployment (A10.7).
	const within = async () => (await report('visible')).headers['x-pulse-reload-within'];
	const by = new Date(world.clock.now() + 3_600_000).toISOString();
	const departure = { Name: '/apps/prod/one/departure/state', Value: `recalled by ${by} said ${by}` };
	await world.aws.ssm.putParameter({ ...departure, Type: 'String' });
	await expect.poll(async () => Number(await within()), { timeout: 15_000, interval: 20 }).toBeGreaterThan(1_000);

	await world.aws.ssm.putParameter({ Name: '/apps/prod/one/state', Value: 'active', Type: 'String', Overwrite: true });
	await expect.poll(within, { timeout: 15_000, interval: 20 }).toBeUndefined();
	await report('gone');
	await says('healthy');
	await world.clock.sleep(30_000);
	expect(first()).toBe('healthy');
}, 60_000);
