import { afterAll, beforeAll, expect, test } from 'vitest';
import { leaseOf } from '../../packages/pulse-railway/src/deployments/store.ts';
import { until } from '../support/until.ts';
import type { CallName } from './faults/calls.ts';
import { FAULT_KINDS, type FaultKind } from './faults/kinds.ts';
import { Lane, type Stack } from './faults/lane.ts';
import { deployed, type Scenario } from './faults/scenario.ts';
import { SCENARIOS } from './faults/scenarios.ts';
import { expectInOrder } from './faults/standing.ts';
import { Visitor } from './faults/visitor.ts';

/**
 * Each API call of each command fails in each way, or its command is killed around it. Then the command is run once more,
 * and the stack must be right, no visitor may have been interrupted meanwhile, and nothing may be left over. Here every other
 * call meets one kind of fault, in rotation; `npm run faults` lets each meet all of them.
 */
const ALL = process.env.PULSE_FAULTS === 'all';
/** Parts of the names of scenarios and of kinds: only those. */
const { PULSE_FAULTS_ONLY: ONLY = '', PULSE_FAULTS_KIND: KIND = '' } = process.env;
const LANES = 3;
const BUDGET_MS = ALL ? 3 * 3_600_000 : 1_200_000;

interface Case {
	readonly scenario: Scenario;
	readonly at: CallName;
	readonly kind: FaultKind;
}

const lanes: { readonly lane: Lane; readonly stack: Stack }[] = [];
const cases: Case[] = [];

beforeAll(async () => {
	for (let index = 0; index < LANES; index++) {
		const lane = await Lane.open();
		lanes.push({ lane, stack: await lane.init('shop') });
	}
	await Promise.all(lanes.map(({ lane, stack }) => deployed(lane, stack)));
	const left = SCENARIOS.filter(({ name }) => name.includes(ONLY)).map((scenario, at) => ({ scenario, at }));
	await onEveryLane(left, async ({ scenario, at }, lane, stack) => {
		cases.push(...spread(scenario, at, await unbroken(scenario, lane, stack)));
	});
}, 300_000);

afterAll(async () => {
	for (const { lane, stack } of lanes) {
		await stack.store.close();
		await lane.close();
	}
}, 120_000);

test(
	'run once more after any fault, a command ends as if there had been none',
	async () => {
		const wrong: string[] = [];
		const left = [...cases];
		await onEveryLane(left, async (one, lane, stack) => {
			const begun = performance.now();
			const title = `${one.scenario.name} ${one.kind.name} ${one.at.fields} (${one.at.nth + 1})`;
			const complaint = await broken(one, title, lane, stack).then(
				() => null,
				(error: unknown) => (error instanceof Error ? error.message : String(error)),
			);
			if (complaint !== null) wrong.push(`${title}\n${complaint}`);
			// What went wrong is told at once: the first one may have spoilt its lane for those that follow.
			if (process.env.PULSE_FAULTS_VERBOSE || complaint !== null) {
				const seconds = ((performance.now() - begun) / 1000).toFixed(1);
				process.stdout.write(`${complaint === null ? 'ok   ' : 'WRONG'} ${seconds} s  ${title} ${complaint ?? ''}\n`);
			}
		});
		process.stdout.write(`control faults: ${cases.length} cases run, ${wrong.length} wrong\n`);
		expect(wrong.join('\n\n')).toBe('');
	},
	BUDGET_MS,
);

/** The calls of a command that is not disturbed. */
async function unbroken(scenario: Scenario, lane: Lane, stack: Stack): Promise<readonly CallName[]> {
	const attempt = await scenario.prepare(lane, stack);
	const ended = await lane.run(attempt.args, attempt.env);
	await attempt.check(ended);
	await attempt.dispose?.();
	return ended.calls;
}

async function broken({ scenario, at, kind }: Case, title: string, lane: Lane, shared: Stack): Promise<void> {
	const attempt = await scenario.prepare(lane, shared);
	const { stack = shared } = attempt;
	const standing = () => attempt.untouched.map((service) => [service, lane.processes(stack, service)]);
	const processes = standing();
	const secrets = await lane.secrets(stack);
	const before = new Set((await stack.store.snapshot()).deployments.map(({ id }) => id));
	const allowed = (id: string) => attempt.mayAnswer.includes(id) || (/^shop-/.test(id) && !before.has(id));
	const [active] = attempt.mayAnswer;
	const visitor = active === undefined ? null : new Visitor(stack.address, allowed, active);
	try {
		let ended = await lane.run(attempt.args, attempt.env, { at, kind });
		expect(ended.met, 'the command made this call').toBe(true);
		if (ended.code !== 0) {
			await until('the janitor lock to expire', async () => (await stack.store.lockHolder('janitor')) === null);
			await until('the leases of what a killed command made to lapse', () => unleased(stack), 30_000);
			const again = await lane.run(attempt.args, attempt.env);
			const nothingLeft = again.code !== 0 && attempt.nothingLeft?.test(again.stdout + again.stderr);
			if (!nothingLeft)
				expect(again.code, `${ended.stderr}${ended.stdout}\nand again: ${again.stderr}${again.stdout}`).toBe(0);
			ended = again;
		}
		// SIGKILL leaves an archive to the sweep of a later deploy.
		const left = await lane.takeLeftFiles();
		if (!kind.name.includes('killed')) expect(left, 'temporary files').toEqual([]);
		// Without a terminal and in CI: no colour, no spinner.
		expect(ended.stderr + ended.stdout).not.toContain('\u001b');
		for (const secret of secrets) expect(ended.stderr + ended.stdout).not.toContain(secret);
		await attempt.check(ended);
		await expectInOrder(lane, stack, title);
		expect(standing(), 'processes').toEqual(processes);
	} finally {
		const visits = await visitor?.leave();
		await attempt.dispose?.();
		expect((visits?.complaints ?? []).join('\n')).toBe('');
	}
}

/** While its lease lives, what is half made is taken for another command's and left alone. */
async function unleased({ store }: Stack): Promise<boolean> {
	const { deployments } = await store.snapshot();
	const pending = deployments.filter(({ state }) => state === 'pending');
	const holders = await Promise.all(pending.map(({ id }) => store.lockHolder(leaseOf(id))));
	return holders.every((holder) => holder === null);
}

function spread(scenario: Scenario, offset: number, calls: readonly CallName[]): readonly Case[] {
	const kinds = FAULT_KINDS.filter(({ name }) => name.includes(KIND));
	if (ALL) return calls.flatMap((at) => kinds.map((kind) => ({ scenario, at, kind })));
	return calls.flatMap((at, index) => {
		if ((index + offset) % (scenario.sparse ? 4 : 2) !== 0) return [];
		const kind = kinds[(index + 3 * offset) % kinds.length];
		return kind === undefined ? [] : [{ scenario, at, kind }];
	});
}

/** Each of `left` once, on whichever lane is free. */
async function onEveryLane<T>(left: T[], work: (item: T, lane: Lane, stack: Stack) => Promise<void>): Promise<void> {
	await Promise.all(
		lanes.map(async ({ lane, stack }) => {
			for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item, lane, stack);
		}),
	);
}
