import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPulseRailway } from '../support/command.ts';
import { LocalStack } from '../support/local-stack.ts';

const BASELINE = ['pulse-env', 'pulse-janitor', 'pulse-redis', 'pulse-router'];
const STACKS = 3;

/** Stacks of their own, so that moments can be tried side by side; each has a deployment that people use. */
const stacks: LocalStack[] = [];
/** The progress lines of a deploy that is not interrupted: every one is a moment. */
let moments: readonly string[] = [];

beforeAll(async () => {
	stacks.push(...(await Promise.all(Array.from({ length: STACKS }, () => LocalStack.up()))));
	await Promise.all(stacks.map((stack) => stack.init('--project-name', 'counter')));
	const lines = await Promise.all(stacks.map((stack) => deploy(stack).then(({ progress }) => progress)));
	moments = lines[0] ?? [];
}, 120_000);

afterAll(() => Promise.all(stacks.map((stack) => stack.down())), 60_000);

test('a deploy shows its moments', () => {
	expect(moments.length).toBeGreaterThan(12);
});

test('killed at any moment and run again, a deploy ends in a correct state with nothing left over', async () => {
	await atEveryMoment(async (stack, moment) => {
		const before = await stack.status();
		const killed = await deploy(stack, { at: moment, signal: 'SIGKILL' });
		if (killed.code === 0) return;
		expect(await answeringDeployment(stack), `after ${killed.progress.at(-1)}`).toMatch(/^counter-/);

		const again = await deploy(stack);
		expect(again.code, again.stderr).toBe(0);
		await expectOnlyWhatPeopleUsed(stack, `killed after: ${killed.progress.at(-1)}`);
		expect((await stack.status()).active_deployment).not.toBe(before.active_deployment);
	});
}, 600_000);

test('Ctrl-C before the commit point undoes everything; after it, nothing', async () => {
	await atEveryMoment(async (stack, moment) => {
		const before = await stack.status();
		const services = await stack.services();
		const stopped = await deploy(stack, { at: moment, signal: 'SIGINT' });
		if (stopped.code === 0) return;
		expect(stopped.code, stopped.stderr).toBe(130);
		const after = await stack.status();
		if (after.durable_active_deployment === before.durable_active_deployment) {
			expect(await stack.services(), stopped.stderr).toEqual(services);
			expect(after.active_deployment).toBe(before.active_deployment);
		} else {
			expect(stopped.stderr).toMatch(/pulse-railway (promote|deploy)/);
		}
		await expectAnswers(stack);
	});
}, 600_000);

/** Tries every moment once, on whichever stack is free. */
async function atEveryMoment(attempt: (stack: LocalStack, moment: number) => Promise<void>): Promise<void> {
	const left = moments.map((_, index) => index);
	await Promise.all(
		stacks.map(async (stack) => {
			for (let moment = left.shift(); moment !== undefined; moment = left.shift()) await attempt(stack, moment);
		}),
	);
}

async function deploy(stack: LocalStack, interrupt?: { readonly at: number; readonly signal: NodeJS.Signals }) {
	const progress: string[] = [];
	const { cwd, env } = stack.options;
	const command = startPulseRailway(stack.deployArguments(), {
		cwd,
		env: { ...env, PULSE_RAILWAY_DEPLOY_LOCK_SECONDS: '3' },
		onLine: (line, child) => {
			if (!/^[✓·] /.test(line)) return;
			progress.push(line);
			if (progress.length - 1 === interrupt?.at) child.kill(interrupt.signal);
		},
	});
	return { ...(await command.result), progress };
}

async function answeringDeployment(stack: LocalStack): Promise<string | null> {
	const { server_address } = await stack.status();
	const response = await fetch(`${server_address}/`);
	await response.arrayBuffer();
	expect(response.status).toBe(200);
	return response.headers.get('x-pulse-selected-deployment');
}

async function expectAnswers(stack: LocalStack): Promise<void> {
	expect(await answeringDeployment(stack)).toMatch(/^counter-/);
}

/** Services are the baseline and the deployments that were active once; live and durable truth agree. */
async function expectOnlyWhatPeopleUsed(stack: LocalStack, when: string): Promise<void> {
	const status = await stack.status();
	const known = status.deployments.map((deployment) => deployment.deployment_id);
	expect((await stack.services()).sort(), when).toEqual([...BASELINE, ...known].sort());
	expect(
		status.deployments.map((deployment) => deployment.state).filter((state) => state !== 'draining'),
		when,
	).toEqual(['active']);
	expect(status.durable_active_deployment, when).toBe(status.active_deployment);
	expect(await answeringDeployment(stack), when).toBe(status.active_deployment);
}
