import { afterEach, expect, test, vi } from 'vitest';
import { canaryTraffic } from '../traffic/canary-rules.ts';
import { ruleOf } from '../traffic/rule.ts';
import { deploy } from './deploy.ts';
import { history } from './history.ts';
import { leave } from './leave.ts';
import { promote } from './promote.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';
import { type Account, asked, NAME, openAccount, passOf } from './testing/account.ts';

// Minutes go by.
vi.setConfig({ testTimeout: 60_000 });

let account: Account;
afterEach(() => account.close());

const yes = () => account.connect({ answers: Array<boolean>(10).fill(true) }).session;
async function deployed(flags: Readonly<Record<string, unknown>> = {}): Promise<string> {
	const { result } = await deploy(yes(), await asked({ rollbackWindow: '1h', ...flags }));
	await account.world.clock.sleep(1_000);
	return result?.deployment_id ?? '';
}
const back = (deploymentId: string | null = null) =>
	rollback(yes(), { deploymentName: NAME, deploymentId, dryRun: false });
const promoted = async (deploymentId: string, share?: number) => {
	const canary = share === undefined ? undefined : { share: share * 100, next: [], everyMs: null };
	await account.world.clock.sleep(1_000);
	return (await promote(yes(), { deploymentName: NAME, deploymentId, canary, dryRun: false })).result;
};
const seen = async () => status(account.connect().session, NAME);
const states = async () =>
	Object.fromEntries((await seen()).deployments.map(({ deployment_id, state }) => [deployment_id, state]));
const events = async (id: string | null = null) =>
	(await history(account.connect().session, { deploymentName: NAME, deploymentId: id, lines: 50 })).entries;
const rulesOf = async () => {
	const { Stacks } = await account.world.aws.cloudformation.describeStacks({ StackName: `${NAME}-baseline` });
	const ListenerArn = Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'ListenerArn')?.OutputValue;
	const { Rules = [] } = await account.world.aws.elb.describeRules({ ListenerArn, PageSize: 400 });
	return canaryTraffic({ rules: Rules.map(ruleOf) });
};

const DOCUMENT = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };

/** A browser: keeps its cookies. Every page, and part of one, says which version it got. */
class Browser {
	readonly #origin: string;
	readonly cookies = new Map<string, string>();
	readonly pages: string[] = [];

	constructor(origin: string) {
		this.#origin = origin;
	}

	async ask(path: string, headers: Record<string, string> = {}): Promise<string> {
		const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
		const answer = await fetch(`${this.#origin}${path}`, { headers: { ...headers, cookie } });
		for (const line of answer.headers.getSetCookie()) {
			const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
			this.cookies.set(name, value);
		}
		return answer.text();
	}

	async open(path = '/'): Promise<string> {
		const page = await this.ask(path, DOCUMENT);
		this.pages.push(page);
		return page;
	}

	part(): Promise<string> {
		return this.ask('/app.js', { 'sec-fetch-dest': 'script' });
	}
}
async function browsers(count: number): Promise<Browser[]> {
	const origin = await account.origin();
	return Array.from({ length: count }, () => new Browser(origin));
}
const openAll = (all: readonly Browser[]) => Promise.all(all.map((one) => one.open()));

test('a canary gets its share of new visitors, over reloads, tabs and parts; programs and pages from before keep the active one (A8.5)', async () => {
	account = await openAccount();
	const one = await deployed();
	const before = await browsers(20);
	await openAll(before);
	const two = await deployed({ canary: '50%' });
	expect(await states()).toEqual({ [one]: 'active', [two]: 'canary' });
	expect((await seen()).canary).toMatchObject({ deployment_id: two, percent: 50, verdict: 'waits' });
	// What stood at the load balancer is as it was, for tools that know no canaries.
	expect((await seen()).active).toBe(one);

	// A page from before asks for its parts, and a program for pages.
	expect(new Set(await Promise.all(before.map((browser) => browser.part())))).toEqual(new Set([one]));
	const programs = await browsers(20);
	expect(new Set(await Promise.all(programs.map((program) => program.ask('/'))))).toEqual(new Set([one]));

	const visitors = await browsers(40);
	const first = await openAll(visitors);
	expect(new Set(first)).toEqual(new Set([one, two]));
	expect(first.filter((id) => id === two).length).toBeGreaterThan(8);
	for (let round = 0; round < 3; round++) expect(await openAll(visitors)).toEqual(first);
	expect(await Promise.all(visitors.map((browser) => browser.part()))).toEqual(first);

	expect(await promoted(two, 90)).toMatchObject({ canary_percent: 90, ended_canary: null });
	expect(await openAll(visitors)).toEqual(first);
	const later = await openAll(await browsers(40));
	expect(later.filter((id) => id === two).length).toBeGreaterThan(25);
	await expect(promoted(two, 10)).rejects.toMatchObject({ code: 'canary-share' });

	// All of them: open pages stay, and new pages are the canary's.
	expect(await promoted(two)).toMatchObject({ canary_percent: null, marked_draining: [one], ended_canary: null });
	expect(await rulesOf()).toBeNull();
	expect(await states()).toEqual({ [one]: 'draining', [two]: 'active' });
	await openAll(visitors);
	const moves = visitors.map(({ pages }) => pages.filter((page, at) => at > 0 && page !== pages[at - 1]).length);
	expect(Math.max(...moves)).toBe(1);
	expect((await events(two)).map(({ event, percent }) => [event, percent])).toEqual([
		['activated', null],
		['widened', 90],
		['canary', 50],
	]);
	// It was active, so it is one to go back to, and from.
	expect((await back()).result).toMatchObject({ deployment_id: one, ended_canary: null });
});

test('a rollback without an id ends it, and its visitors move back once; asked again, it is refused and names the next command (A8.5)', async () => {
	account = await openAccount();
	const zero = await deployed();
	const one = await deployed();
	const two = await deployed({ canary: '50%' });
	const visitors = await browsers(20);
	const first = await openAll(visitors);
	expect((await back()).result).toMatchObject({ deployment_id: one, ended_canary: two, marked_draining: [] });
	expect(await states()).toEqual({ [zero]: 'draining', [one]: 'active', [two]: 'draining' });
	expect(new Set(await openAll(visitors))).toEqual(new Set([one]));
	// A page that is open stays: it names its version.
	const onIt = visitors.find((_, at) => first[at] === two);
	expect(await onIt?.ask(`/?pulse_deployment=${two}`)).toBe(two);
	await expect(back()).rejects.toMatchObject({
		message: expect.stringContaining('has ended already'),
		next: expect.stringContaining(`pulse-aws rollback ${zero}`),
	});
	expect((await events(two)).map(({ event }) => event)).toEqual(['ended', 'canary']);
});

test('the next one beside the same active deployment draws everybody anew, also whom this one left there (A8.5)', async () => {
	account = await openAccount();
	const one = await deployed();
	await deployed({ canary: '10%' });
	const visitors = await browsers(40);
	await openAll(visitors);
	await back();
	await account.world.clock.sleep(60_000);
	const three = await deployed({ canary: '90%' });
	const again = await openAll(visitors);
	expect(again.filter((id) => id === three).length).toBeGreaterThan(25);
	expect(again.every((id) => id === one || id === three)).toBe(true);
});

test('one that a machine whose clock is wrong has begun counts from when AWS says it was (A8.6)', async () => {
	account = await openAccount();
	await deployed();
	const { clock } = account.world;
	const session = yes();
	const ahead = { now: () => session.clock.now() + 7_200_000, sleep: session.clock.sleep.bind(session.clock) };
	const before = clock.now();
	await deploy({ ...session, clock: ahead, awsNow: () => clock.now() }, await asked({ canary: '5%' }));
	const began = ((await seen()).canary?.began_at ?? 0) * 1000;
	expect(began).toBeGreaterThanOrEqual(before);
	expect(began).toBeLessThanOrEqual(clock.now());
});

test('of two commands the one that slept takes back what it began, and nothing of the other one (A8.7)', async () => {
	account = await openAccount();
	await deployed();
	let other = '';
	const until = async () => {
		await account.world.clock.sleep(60_000);
		other = await deployed({ canary: '20%' });
	};
	const suspend = { index: 0, when: 'before' as const, until };
	const { session } = account.connect({
		answers: Array<boolean>(10).fill(true),
		suspend,
		// The first rule of its canary.
		before: ({ call, input, index }) => {
			if (call === 'elb.createRule' && JSON.stringify(input).includes('pulse_canary')) suspend.index ||= index;
		},
	});
	await expect(deploy(session, await asked({ canary: '10%', overLater: true }))).rejects.toMatchObject({
		code: 'lock-lost',
	});
	expect((await seen()).canary).toMatchObject({ deployment_id: other, percent: 20 });
	// Its deployment is ended once its lease has lapsed, whatever runs by then.
	await account.world.clock.sleep(11 * 60_000);
	await passOf(account);
	expect(Object.values(await states()).sort()).toEqual(['active', 'canary', 'draining']);
	expect((await seen()).canary).toMatchObject({ deployment_id: other, percent: 20 });
});

test('it is no deployment that others take for theirs: nothing ends it, another deploy ends it and says so, a recall ends it and moves whoever is on it (A8.5)', async () => {
	account = await openAccount();
	const one = await deployed();
	const two = await deployed({ canary: '5%' });
	await account.world.clock.sleep(3 * 3_600_000);
	const report = await passOf(account);
	expect(report.kept).toContainEqual({ id: two, reason: 'canary' });
	expect(await states()).toEqual({ [one]: 'active', [two]: 'canary' });

	const request = await asked({ canary: '10%' });
	const planned = await deploy(account.connect().session, request, { dryRun: true });
	expect(planned.plan.facts.join('\n')).toContain(`Ends the canary ${two} (5 % of new visitors)`);
	const three = await deployed({ canary: '10%' });
	expect(await states()).toEqual({ [one]: 'active', [two]: 'draining', [three]: 'canary' });

	const when = { withinSeconds: 600, isUsual: true } as const;
	const recall = { verb: 'recall', deploymentName: NAME, deploymentId: three, when, dryRun: false } as const;
	expect((await leave(yes(), recall)).result).toMatchObject({ recalled: true, active_deployment_id: one });
	expect(await rulesOf()).toBeNull();
	const drain = { ...recall, verb: 'drain' } as const;
	const four = await deployed({ canary: '10%' });
	await expect(leave(yes(), { ...drain, deploymentId: four })).rejects.toThrow('is a canary that runs');
	expect((await deployed()) > four).toBe(true);
	expect(await states()).toMatchObject({ [one]: 'draining', [four]: 'draining' });
});

test('the first deployment is no canary, and a share that the load balancer cannot draw by is refused before anything is made (A8.5)', async () => {
	account = await openAccount();
	await expect(deployed({ canary: '5%' })).rejects.toMatchObject({
		message: 'nothing is active yet, beside which a canary could run',
	});
	await deployed();
	await expect(deployed({ canary: '0.25%' })).rejects.toThrow('cannot be drawn by');
	expect(Object.keys(await states())).toHaveLength(1);
});
