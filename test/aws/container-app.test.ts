import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { scaledClock } from 'aws-world/clock/scaled-clock';
import { processProgram } from 'aws-world/tasks/process-program';
import type { TaskProgram } from 'aws-world/tasks/program';
import { afterEach, expect, test } from 'vitest';
import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import { rollback } from '../../packages/pulse-aws/src/commands/rollback.ts';
import { status } from '../../packages/pulse-aws/src/commands/status.ts';
import { teardown } from '../../packages/pulse-aws/src/commands/teardown.ts';
import {
	type Account,
	DOMAIN,
	NAME,
	openAccount,
	passOf,
} from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { sidecarInside } from '../../packages/pulse-aws/src/commands/testing/sidecar-inside.ts';
import { verify } from '../../packages/pulse-aws/src/commands/verify.ts';
import { deployRequest } from '../../packages/pulse-aws/src/config/deploy.ts';
import { SIDECAR_VARIABLES } from '../../packages/pulse-aws/src/protocol.ts';

const APP = fileURLToPath(new URL('apps/plain', import.meta.url));
const SIDECAR = fileURLToPath(new URL('../../packages/pulse-aws/bin/pulse-edge.js', import.meta.url));
const SPEED = 20;
const IMAGE = 'ghcr.io/of/a/test';
const FLAGS = {
	deploymentName: NAME,
	domain: DOMAIN,
	nat: 'none',
	rollbackWindow: '0',
	healthCheckTimeout: '25',
	drainPollSeconds: '1',
	drainGraceSeconds: '1',
	sidecarImage: IMAGE,
	hiddenTabSeconds: '90',
};
const DOCUMENT = { 'sec-fetch-dest': 'document' };

let account: Account | undefined;
afterEach(async () => {
	await account?.close();
	account = undefined;
});

interface Answer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

function ask(origin: string, path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const asking = request(`${origin}${path}`, { headers, agent: false }, (response) => {
			let body = '';
			response.setEncoding('utf8').on('data', (chunk) => {
				body += chunk;
			});
			response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
		});
		asking.on('error', reject).end();
	});
}

/** As a browser would hold it. */
function stream(origin: string, path: string) {
	let last = '';
	let at = 0;
	const asking = request(`${origin}${path}`, { agent: false }, (response) => {
		response.setEncoding('utf8').on('data', (chunk: string) => {
			last = chunk;
			at = Date.now();
		});
		response.on('error', () => {});
	});
	asking.on('error', () => {});
	asking.end();
	return { flowsFrom: (id: string) => Date.now() - at < 2000 && last.includes(id), end: () => asking.destroy() };
}

const asItsImageRunsIt = processProgram([process.execPath, SIDECAR, 'sidecar'], {
	ports: [SIDECAR_VARIABLES.port, SIDECAR_VARIABLES.upstreamPort],
});

async function open(sidecar: TaskProgram) {
	const on = await openAccount({
		clock: scaledClock(SPEED),
		stacks: { durationMs: 10_000 },
		program: processProgram([process.execPath, 'server.mjs'], { cwd: APP }),
	});
	account = on;
	on.world.registry.publish(IMAGE, sidecar);
	const asked = await deployRequest({ cwd: APP, env: {}, flags: FLAGS });
	return { on, asked };
}

test('A5.3: a container app runs beside the sidecar of its image, which serves its page and says that it is well', {
	timeout: 120_000,
}, async () => {
	const { on, asked } = await open(asItsImageRunsIt);
	const { result } = await deploy(on.connect().session, asked);
	const page = await ask(await on.origin(), '/', DOCUMENT);
	expect(page.body).toContain('/_pulse/edge/tab.');
	expect(page.body).toContain(`${result?.deployment_id} asked for /`);
	const containers = on.world.ecs.tasks[0]?.containers.map(({ definition }) => definition.name);
	expect(containers).toEqual(['app', 'pulse-edge']);
});

test('A6.4, C1.2: a container app is deployed twice: tabs stay, streams live over deploy and reaper, what is gone says so', {
	timeout: 240_000,
}, async () => {
	const { on, asked } = await open(sidecarInside(() => account!));
	const { clock } = on.world;
	const make = async () => {
		const { plan, result } = await deploy(on.connect().session, asked);
		expect(plan.facts).toContain('An app in a Dockerfile, port 3000: a container app, pinned by tab');
		return result?.deployment_id ?? '';
	};
	const first = await make();
	const origin = await on.origin();
	const page = await ask(origin, '/', DOCUMENT);
	expect(page.body).toContain(`${first} asked for /`);
	expect(page.body).toContain('/_pulse/edge/tab.');
	const cookie = `theme=dark; ${page.headers['set-cookie']?.find((one) => one.startsWith('pulse_page='))?.split(';')[0]}`;
	expect(cookie).toContain(first);
	const events = stream(origin, `/events?pulse_deployment=${first}`);
	await expect.poll(() => events.flowsFrom(first), { timeout: 10_000 }).toBe(true);

	const second = await make();
	expect(events.flowsFrom(first)).toBe(true);
	const asset = async (headers: OutgoingHttpHeaders, path = '/asset.js') =>
		/\/\* (.*) \*\//.exec((await ask(origin, path, headers)).body)?.[1];
	expect((await ask(origin, '/', DOCUMENT)).body).toContain(`${second} asked for /`);
	expect((await ask(origin, '/', { cookie, ...DOCUMENT })).body).toContain(second);
	expect((await ask(origin, `/?a=1&pulse_deployment=${first}`)).body).toContain(`${first} asked for /?a=1<`);
	expect(await asset({ 'x-pulse-deployment': first })).toBe(first);
	expect(await asset({ 'x-deployment-id': first })).toBe(first);
	expect((await ask(origin, `/?dpl=${first}`)).body).toContain(first);
	for (const dest of ['script', 'style', 'image', 'font', 'empty'])
		expect([dest, await asset({ cookie, 'sec-fetch-dest': dest })]).toEqual([dest, first]);
	expect(await asset({ cookie })).toBe(second);
	expect(await asset({ cookie, 'sec-fetch-dest': 'empty' }, `/asset.js?pulse_deployment=${second}`)).toBe(second);
	const referer = `https://${DOMAIN}/?pulse_deployment=${first}`;
	const host = DOMAIN;
	const other = cookie.replace(first, second);
	expect(await asset({ cookie: other, referer, host, 'x-forwarded-proto': 'https', 'sec-fetch-dest': 'script' })).toBe(
		first,
	);

	const { session } = on.connect();
	expect((await status(session, NAME)).deployments).toMatchObject([
		{ deployment_id: first, kind: 'container', affinity: 'tab', state: 'draining' },
		{ deployment_id: second, kind: 'container', state: 'active' },
	]);
	expect(await verify(session, { deploymentName: NAME, domain: DOMAIN, healthPath: '/_pulse/health' })).toMatchObject({
		ok: true,
	});
	const back = () => rollback(on.connect().session, { deploymentName: NAME, deploymentId: null, dryRun: false });
	await back();
	expect((await ask(origin, '/', DOCUMENT)).body).toContain(first);
	await back();
	expect((await ask(origin, '/', DOCUMENT)).body).toContain(second);

	const minute = () => clock.sleep(60_000, new AbortController().signal);
	for (let minutes = 0; minutes < 3; minutes++) {
		await minute();
		const { kept, actions } = await passOf(on);
		const held = kept.find(({ id }) => id === first)?.reason;
		expect(held, JSON.stringify(actions)).toMatch(/^(in-use|draining-young)$/);
	}
	expect(events.flowsFrom(first)).toBe(true);
	events.end();
	const rulesOf = (id: string) =>
		[...on.world.elb.rules.values()].filter((rule) => JSON.stringify(rule.conditions).includes(id)).length;
	expect([rulesOf(first), rulesOf(second)]).toEqual([6, 6]);
	const cleaned = async () => {
		await minute();
		return (await passOf(on)).cleaned;
	};
	await expect.poll(cleaned, { timeout: 60_000, interval: 100 }).toBe(1);
	expect([rulesOf(first), rulesOf(second)]).toEqual([0, 6]);

	const gone = await ask(origin, `/asset.js?pulse_deployment=${first}`);
	expect([gone.status, gone.headers['x-pulse-stale-affinity']]).toEqual([410, '1']);
	expect(await asset({ cookie, 'sec-fetch-dest': 'script' })).toBe(second);

	await teardown(on.connect({ answers: [true] }).session, {
		deploymentName: NAME,
		force: true,
		pollSeconds: 5,
		dryRun: false,
	});
	expect([on.world.elb.rules.size, on.world.elb.targetGroups.size, on.world.parameters.size]).toEqual([0, 0, 0]);
});
