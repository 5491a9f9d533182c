import { type Host, silentHost } from 'pulse-deploy-kit/host';
import { rollback as askedRollback } from 'pulse-railway';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runPulseRailway } from '../support/command.ts';
import { until } from '../support/until.ts';
import { Lane, type Stack } from './faults/lane.ts';
import { deployArguments, deployed, done, idle, inStack } from './faults/scenario.ts';
import { expectInOrder } from './faults/standing.ts';
import { Visitor } from './faults/visitor.ts';

/** Two commands at once on one stack. Visitors are there all the time; after each race the stack is in order. */
let lane: Lane;
let stack: Stack;

beforeAll(async () => {
	lane = await Lane.open();
	stack = await lane.init('shop');
	await deployed(lane, stack);
	await deployed(lane, stack);
}, 120_000);
afterAll(async () => {
	await stack?.store.close();
	await lane?.close();
}, 60_000);

const deploy = () => lane.run(deployArguments('source'), inStack(stack));
const rollback = () => lane.run(['rollback'], inStack(stack));
/** With no grace at all, so that it deletes whatever drains and is idle. */
const janitor = (graceSeconds = '0', window = '0') =>
	lane.run(['janitor', 'run'], {
		...stack.janitorEnv,
		PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS: graceSeconds,
		PULSE_RAILWAY_ROLLBACK_WINDOW: window,
	});
const active = async () => (await stack.store.snapshot()).activeId ?? '';
const idOf = ({ stdout }: { readonly stdout: string }): string => JSON.parse(stdout).deployment_id;
const errorOf = ({ stdout }: { readonly stdout: string }): { code: string; message: string } =>
	JSON.parse(stdout).error;

/** A deployment that answers visitors must have been promoted; each visitor is answered at all times. */
async function race<T>(what: string, work: () => Promise<T>): Promise<T> {
	const visitor = new Visitor(stack.address, (id) => /^shop-/.test(id));
	try {
		return await work();
	} finally {
		const { visits, complaints } = await visitor.leave();
		expect(complaints.join('\n')).toBe('');
		expect(visits).toBeGreaterThan(0);
		await expectInOrder(lane, stack, what);
	}
}

test('two deploys at once: one goes first; the other follows it, or says who went first', async () => {
	const ended = await race('two deploys', () => Promise.all([deploy(), deploy()]));
	const winners = ended.filter(({ code }) => code === 0).map(idOf);
	expect(winners.length).toBeGreaterThan(0);
	expect(winners).toContain(await active());
	for (const loser of ended.filter(({ code }) => code !== 0)) {
		expect(errorOf(loser)).toMatchObject({
			code: 'overtaken',
			message: expect.stringMatching(/^shop-\S+, which was started after shop-\S+, went first$/),
		});
	}
}, 120_000);

const isBuilding = async () => (await stack.store.snapshot()).deployments.some(({ state }) => state === 'pending');

test('a deploy during a janitor run: the deploy goes through, and the janitor deletes nothing of it', async () => {
	const before = await active();
	const [deploying, cleaning] = await race('deploy and janitor', () =>
		Promise.all([deploy(), until('the deploy to begin', isBuilding).then(() => janitor('60'))]),
	);
	done(cleaning);
	const made = idOf(done(deploying));
	expect(await active()).toBe(made);
	const deleted = (JSON.parse(cleaning.stdout).deleted ?? []).map(({ id }: { id: string }) => id);
	expect(deleted).not.toContain(made);
	expect(deleted).not.toContain(before);
	// Visitors of the one before stay there.
	expect(await (await fetch(`${stack.address}/?pulse_deployment=${before}`)).text()).toMatch(`${before} `);
}, 120_000);

test('at night, with nobody there and the janitor having run three times, there is something to go back to', async () => {
	const [, before] = await onlyTwo();
	for (let runs = 0; runs < 3; runs++) {
		const { kept } = JSON.parse(done(await janitor('0', '1h')).stdout);
		expect(kept).toMatchObject([{ id: before, reason: 'rollback_window' }]);
	}
	const shown = JSON.parse(done(await lane.run(['status'], inStack(stack))).stdout);
	const row = shown.deployments.find((one: { deployment_id: string }) => one.deployment_id === before);
	expect(row.rollback_until).toBeCloseTo(row.drain_started_at + 3_600, 3);
	expect(idOf(done(await rollback()))).toBe(before);
}, 120_000);

test('a janitor run reports on stdout, and with --json leaves it to the document (R9.11)', async () => {
	const options = { cwd: lane.app, env: lane.env(stack.janitorEnv) };
	const plain = await runPulseRailway(['janitor', 'run'], options);
	expect(plain).toMatchObject({
		code: 0,
		stdout: expect.stringMatching(/^scan start; draining=\d+\n[\s\S]*scan complete; /),
	});
	const { stdout, stderr } = await janitor();
	expect(JSON.parse(stdout)).toMatchObject({ status: 'completed' });
	expect(stderr).toContain('scan complete;');
}, 60_000);

test.each([
	['is reading what stands', 'project+environment'],
	['deletes what nobody uses', 'serviceDelete'],
])(
	'a deploy while the janitor %s: the deploy goes through, and whoever is on the one before stays there',
	async (_, fields) => {
		const [before, unused] = await onlyTwo();
		const [deploying, cleaning] = await race('janitor and deploy', () => whileJanitorIsAt(fields, deploy));
		done(cleaning);
		const made = idOf(done(deploying));
		expect(await active()).toBe(made);
		const deleted = (JSON.parse(cleaning.stdout).deleted ?? []).map(({ id }: { id: string }) => id);
		expect([[], [unused]]).toContainEqual(deleted);
		expect(await (await fetch(`${stack.address}/?pulse_deployment=${before}`)).text()).toMatch(`${before} `);
	},
	120_000,
);

test('a rollback during a drain: the one that drains is active again, or it was deleted and the rollback says so', async () => {
	const [from, to] = await onlyTwo();
	const [rolling, cleaning] = await race('rollback and janitor', () => Promise.all([rollback(), janitor()]));
	done(cleaning);
	if (rolling.code === 0) {
		expect(await active()).toBe(idOf(rolling));
		expect(lane.services(stack)).toContain(idOf(rolling));
	} else {
		expect(await active()).toBe(from);
		expect(lane.services(stack)).not.toContain(to);
		expect(errorOf(rolling).message).toMatch(/being deleted|no earlier deployment|not found/);
	}
}, 120_000);

test('a rollback while the janitor deletes its target: it takes another one or refuses, and nobody is sent to what goes', async () => {
	const [from, to] = await onlyTwo();
	const [rolling, cleaning] = await race('janitor and rollback', () => whileJanitorIsAt('serviceDelete', rollback));
	done(cleaning);
	expect(lane.services(stack)).not.toContain(to);
	if (rolling.code === 0) {
		expect(idOf(rolling)).not.toBe(to);
		expect(await active()).toBe(idOf(rolling));
	} else {
		expect(await active()).toBe(from);
		expect(errorOf(rolling).message).toMatch(/no earlier deployment|being deleted/);
	}
}, 120_000);

test('a rollback whose question stays open keeps nobody out, and asks again about what has changed meanwhile', async () => {
	const [from, to] = await onlyTwo();
	const asked: string[] = [];
	let answer: (yes: boolean) => void = () => {};
	const host: Host = {
		...silentHost,
		ask: ({ text }) => {
			asked.push(text);
			return asked.length > 1 ? Promise.resolve(true) : new Promise((resolve) => (answer = resolve));
		},
	};
	const rolling = askedRollback({}, { env: lane.env(inStack(stack)), host });
	await until('the question', () => asked.length === 1);
	const between = idOf(
		done(
			await until('the lock to be free', async () => (await stack.store.lockHolder('deploy')) === null).then(deploy),
		),
	);
	expect(await active()).toBe(between);
	answer(true);
	expect(await rolling).toMatchObject({ deploymentId: from, previousDeploymentId: between });
	expect(asked).toEqual([`Roll back to ${to}: go on?`, `Roll back to ${from}: go on?`]);
	expect(await active()).toBe(from);
	await expectInOrder(lane, stack, 'a question that stays open');
}, 120_000);

/** Runs `command` while an API call of a janitor run takes three seconds: both results. */
async function whileJanitorIsAt<T>(fields: string, command: () => Promise<T>) {
	let there = false;
	const kind = {
		name: 'takes its time',
		fault() {
			there = true;
			return { kind: 'delay', ms: 3_000 } as const;
		},
	};
	const cleaning = lane.run(['janitor', 'run'], stack.janitorEnv, { at: { fields, nth: 0 }, kind });
	await until(`the janitor to be at ${fields}`, () => there);
	const ended = await command();
	return [ended, await cleaning] as const;
}

/** The active deployment, and the one before, which drains and is idle; all others are deleted. */
async function onlyTwo(): Promise<[string, string]> {
	const before = await active();
	await until('the janitor to delete what drains', async () => {
		done(await janitor());
		return (await stack.store.snapshot()).deployments.length === 1;
	});
	await deployed(lane, stack);
	await idle(stack, before);
	return [await active(), before];
}
