import { expect, test } from 'vitest';
import type { Deployment } from '../deployments/deployment.ts';
import type { Rule } from '../traffic/rule.ts';
import { type Action, decide, type RetireReason } from './decide.ts';
import { NO_CANARY } from './decide-canary.ts';
import type { ReaperFacts } from './facts.ts';
import { reaperPolicy } from './policy.ts';

const MINUTE = 60_000;
const NOW = 100_000 * MINUTE;
const LIMITS = { maxAgeHours: 1, deploymentTimeoutHours: 1, rollbackWindowSeconds: 0, rollbackKeep: 1 };
const POLICY = { ...reaperPolicy(LIMITS), keepRevisions: 2 };
const ago = (minutes: number) => NOW - minutes * MINUTE;

/** What the deployment's two tasks last said; `null` for nothing yet. */
type Said = readonly (string | null)[];

/** A word that its own task did not write. */
const FORGED = 'draining, as another task wrote';

const deployment = (id: string, change: Partial<Deployment> = {}): Deployment => ({
	id,
	serviceArn: `arn:service/${id}`,
	state: 'draining',
	createdAt: ago(600),
	drainStartedAt: ago(10),
	retiringSince: null,
	desired: 2,
	running: 2,
	pending: 0,
	targetGroupArn: `tg/${id}`,
	taskDefinitionArn: `td/${id}`,
	...change,
});

const rule = (id: string, priority: number): Rule => ({
	arn: `rule/${id}`,
	priority,
	deploymentId: id,
	targetGroupArn: `tg/${id}`,
	catchAll: false,
});

function facts(
	deployments: readonly Deployment[],
	said: Readonly<Record<string, Said>>,
	active: string | null,
): ReaperFacts {
	return {
		deployments,
		traffic: {
			defaultTargetGroupArn: active === null ? null : `tg/${active}`,
			defaultCertificateArn: null,
			rules: deployments.map((one, index) => rule(one.id, 100 + index)),
		},
		tasks: new Map(Object.entries(said).map(([id, words]) => [id, words.map((_, index) => `${id}-t${index}`)])),
		targetGroups: deployments.map((one) => ({ arn: `tg/${one.id}`, deploymentId: one.id, createdAt: one.createdAt })),
		canary: NO_CANARY,
		ruleCreatedAt: new Map(),
		parameters: Object.entries(said).flatMap(([id, words]) =>
			words.flatMap((value, index) =>
				value === null
					? []
					: [
							{
								name: `/apps/p/${id}/tasks/${id}-t${index}`,
								deploymentId: id,
								taskId: `${id}-t${index}`,
								value: value === FORGED ? 'draining' : value,
								changedAt: ago(5),
								writtenBy: value === FORGED ? 'elsewhere-t0' : `${id}-t${index}`,
							},
						],
			),
		),
		taskDefinitions: [],
		images: [],
	};
}

const deleted = (id: string, said: Said): Action => ({
	kind: 'delete-deployment',
	id,
	ruleArns: [`rule/${id}`],
	targetGroupArns: [`tg/${id}`],
	parameters: said.flatMap((value, index) => (value === null ? [] : [`/apps/p/${id}/tasks/${id}-t${index}`])),
});

interface Case {
	readonly what: string;
	readonly is: Partial<Deployment>;
	readonly said: Said;
	/** Given the id, what must be done; `null` for nothing. */
	readonly action: ((id: string) => Action) | null;
	readonly kept: string | null;
}

const scaledDown =
	(reason: RetireReason) =>
	(id: string): Action => ({ kind: 'scale-down', id, reason });
const markedDraining = (id: string): Action => ({
	kind: 'mark-draining',
	id,
	serviceArn: `arn:service/${id}`,
	since: NOW,
});
const DRAINED: Said = ['draining', 'draining'];
const USED: Said = ['draining', 'healthy'];

// One deployment in each state it can be, or be stuck, in.
const CASES: readonly Case[] = [
	{ what: 'drained', is: {}, said: DRAINED, action: scaledDown('drained'), kept: null },
	{ what: 'still used by one task', is: {}, said: USED, action: null, kept: 'in-use' },
	{
		what: 'recalled, and used before the last call is over',
		is: { departure: { by: NOW - 44_000, recalled: true, saidAt: ago(9) } },
		said: USED,
		action: null,
		kept: 'in-use',
	},
	{
		what: 'recalled, and used when the last call is over (A10.7)',
		is: { departure: { by: NOW - 45_000, recalled: true, saidAt: ago(9) } },
		said: USED,
		action: scaledDown('recalled'),
		kept: null,
	},
	{
		what: 'drained by a time that is over (A10.7)',
		is: { departure: { by: NOW - 45_000, recalled: false, saidAt: ago(9) } },
		said: USED,
		action: scaledDown('drain-deadline'),
		kept: null,
	},
	{ what: 'with a task that said nothing yet', is: {}, said: ['draining', null], action: null, kept: 'task-silent' },
	{
		what: 'whose task did not write its own word',
		is: {},
		said: ['draining', FORGED],
		action: null,
		kept: 'word-unproven',
	},
	{
		what: 'whose words are all forged, at its longest age',
		is: { drainStartedAt: ago(60) },
		said: [FORGED, FORGED],
		action: scaledDown('max-age'),
		kept: null,
	},
	{ what: 'with a word nobody knows', is: {}, said: ['draining', 'hm'], action: null, kept: 'in-use' },
	{
		what: 'draining for less than a minute',
		is: { drainStartedAt: NOW - 59_999 },
		said: DRAINED,
		action: null,
		kept: 'draining-young',
	},
	{ what: 'used, an hour less a minute', is: { drainStartedAt: ago(59) }, said: USED, action: null, kept: 'in-use' },
	{
		what: 'used, after an hour',
		is: { drainStartedAt: ago(60) },
		said: USED,
		action: scaledDown('max-age'),
		kept: null,
	},
	{
		what: 'old, but draining only now',
		is: { createdAt: ago(90_000), drainStartedAt: ago(2) },
		said: USED,
		action: null,
		kept: 'in-use',
	},
	{
		what: 'draining since nobody knows when',
		is: { drainStartedAt: null },
		said: DRAINED,
		action: markedDraining,
		kept: 'draining-young',
	},
	{ what: 'without a task', is: { running: 0 }, said: [], action: scaledDown('no-tasks'), kept: null },
	{ what: 'whose task is replaced', is: { running: 0, pending: 1 }, said: [], action: null, kept: 'task-silent' },
	{
		what: 'told to end, tasks still ending',
		is: { desired: 0, running: 1 },
		said: DRAINED,
		action: null,
		kept: 'stopping',
	},
	{ what: 'ended', is: { desired: 0, running: 0 }, said: DRAINED, action: (id) => deleted(id, DRAINED), kept: null },
	{
		what: 'ended, undated',
		is: { desired: 0, running: 0, drainStartedAt: null },
		said: [],
		action: (id) => deleted(id, []),
		kept: null,
	},
	{
		what: 'deploying',
		is: { state: 'deploying', drainStartedAt: null, createdAt: ago(59) },
		said: ['healthy'],
		action: null,
		kept: 'deploying',
	},
	{
		what: 'stuck deploying',
		is: { state: 'deploying', drainStartedAt: null, createdAt: ago(60) },
		said: ['healthy'],
		action: scaledDown('stuck-deploying'),
		kept: null,
	},
	{
		what: 'stuck deploying, ended',
		is: { state: 'deploying', drainStartedAt: null, createdAt: ago(61), desired: 0, running: 0 },
		said: [],
		action: (id) => deleted(id, []),
		kept: null,
	},
	{
		what: 'marked active, but superseded',
		is: { state: 'active', drainStartedAt: null },
		said: ['healthy'],
		action: markedDraining,
		kept: 'draining-young',
	},
	{ what: "not of the tool's making", is: { state: null }, said: [], action: null, kept: 'unmarked' },
];

test('A10.2: tabs that hold what their users would lose keep a deployment until its longest age, and the report says so', () => {
	const said: Said = ['draining', 'healthy {"render_sessions":2,"held":2,"held_reasons":["unsaved draft"]}'];
	const live = deployment('live', { state: 'active', drainStartedAt: null });
	const decided = (change: Partial<Deployment>) =>
		decide(facts([deployment('one', change), live], { one: said }, 'live'), POLICY, NOW);
	expect(decided({}).kept).toContainEqual({ id: 'one', reason: 'in-use', detail: '2 tabs held ("unsaved draft")' });
	expect(decided({ drainStartedAt: ago(60) }).actions).toContainEqual(scaledDown('max-age')('one'));
});

test.each(CASES)('A10.2, A10.4, A10.5: a deployment $what', ({ is, said, action, kept }) => {
	const one = deployment('one', is);
	const live = deployment('live', { state: 'active', drainStartedAt: null });
	const decision = decide(facts([one, live], { one: said }, 'live'), POLICY, NOW);
	expect(decision).toEqual({
		actions: action === null ? [] : [action('one')],
		kept: [...(kept === null ? [] : [{ id: 'one', reason: kept }]), { id: 'live', reason: 'active' }],
		refused: null,
	});
});

test('a hundred deployments, every case several times over, are decided one by one as each alone', () => {
	const fleet = Array.from({ length: 99 }, (_, index) => ({
		id: `d${index}`,
		row: CASES[index % CASES.length] as Case,
	}));
	const live = deployment('live', { state: 'active', drainStartedAt: null });
	const said = Object.fromEntries(fleet.map(({ id, row }) => [id, row.said]));
	const world = facts([...fleet.map(({ id, row }) => deployment(id, row.is)), live], said, 'live');
	const decision = decide(world, POLICY, NOW);
	expect(decision.actions).toEqual(fleet.flatMap(({ id, row }) => row.action?.(id) ?? []));
	expect(decision.kept.map((one) => one.reason)).toEqual([...fleet.flatMap(({ row }) => row.kept ?? []), 'active']);
});

test('A10.6: what the listener sends visitors to is never touched, whatever its tags say', () => {
	for (const row of CASES) {
		const decision = decide(facts([deployment('live', row.is)], { live: row.said }, 'live'), POLICY, NOW);
		expect(decision.actions.filter((action) => action.kind !== 'mark-active')).toEqual([]);
		expect(decision.kept).toEqual([{ id: 'live', reason: 'active' }]);
	}
});

test('a switch that a killed deploy never wrote down is written down', () => {
	const world = facts([deployment('live', { state: 'deploying', drainStartedAt: null })], {}, 'live');
	expect(decide(world, POLICY, NOW).actions).toEqual([
		{ kind: 'mark-active', id: 'live', serviceArn: 'arn:service/live' },
	]);
});

test('while a baseline update has reset the default action, the catch-all rule tells what is active', () => {
	const world = facts([deployment('live', { state: 'active', drainStartedAt: null })], {}, null);
	const catchAll: Rule = {
		arn: 'rule/all',
		priority: 50_000,
		deploymentId: null,
		targetGroupArn: 'tg/live',
		catchAll: true,
	};
	const decision = decide(
		{ ...world, traffic: { ...world.traffic, rules: [...world.traffic.rules, catchAll] } },
		POLICY,
		NOW,
	);
	expect(decision).toMatchObject({ actions: [], kept: [{ id: 'live', reason: 'active' }], refused: null });
});

test.each([
	[
		'an active mark that the listener contradicts',
		facts([deployment('a', { state: 'active' }), deployment('b')], { b: DRAINED }, null),
	],
	['a listener that forwards to an unknown target group', facts([deployment('b')], { b: DRAINED }, 'gone')],
])('nothing is done upon %s', (_, world) => {
	const decision = decide(world, POLICY, NOW);
	expect(decision.actions).toEqual([]);
	expect(decision.refused).toMatch(/^(a|the load balancer) /);
});

test.each([
	['goes once its lease is renewed no more', 11, true],
	['stays while its deploy renews its lease', 1, false],
])('what was made long ago and has no service yet %s', (_, minutes, goes) => {
	const live = deployment('live', { state: 'active', drainStartedAt: null });
	const world = facts([live], {}, 'live');
	const owner = {
		name: '/apps/p/made/owner',
		deploymentId: 'made',
		taskId: null,
		value: 'held by anna@laptop [a1 7]',
		changedAt: ago(minutes),
		writtenBy: null,
	};
	const { actions } = decide(
		{
			...world,
			traffic: { ...world.traffic, rules: [...world.traffic.rules, rule('made', 300)] },
			targetGroups: [...world.targetGroups, { arn: 'tg/made', deploymentId: 'made', createdAt: ago(600) }],
			ruleCreatedAt: new Map([['rule/made', ago(600)]]),
			parameters: [owner],
		},
		POLICY,
		NOW,
	);
	expect(actions.filter(({ kind }) => kind === 'delete-orphans')).toHaveLength(goes ? 1 : 0);
});

test('orphans go when they are older than a deploy may take, and what a running deploy has just made stays', () => {
	const live = deployment('live', { state: 'active', drainStartedAt: null });
	const world = facts([live], {}, 'live');
	const lost = ['old', 'young', 'undated'];
	const decision = decide(
		{
			...world,
			traffic: { ...world.traffic, rules: [...world.traffic.rules, ...lost.map((id, index) => rule(id, 300 + index))] },
			targetGroups: [
				...world.targetGroups,
				...lost.map((id) => ({
					arn: `tg/${id}`,
					deploymentId: id,
					createdAt: id === 'old' ? ago(60) : id === 'young' ? ago(59) : null,
				})),
				{ arn: 'tg/ruleless', deploymentId: 'ruleless', createdAt: ago(61) },
			],
			ruleCreatedAt: new Map([
				['rule/old', ago(60)],
				['rule/young', ago(59)],
			]),
			parameters: [
				{
					name: 'old state',
					deploymentId: 'old',
					taskId: null,
					value: 'deploying',
					changedAt: ago(60),
					writtenBy: null,
				},
				{
					name: 'young state',
					deploymentId: 'young',
					taskId: null,
					value: 'deploying',
					changedAt: ago(1),
					writtenBy: null,
				},
				{
					name: 'dead task',
					deploymentId: 'live',
					taskId: 'dead',
					value: 'healthy',
					changedAt: ago(61),
					writtenBy: null,
				},
				{
					name: 'live state',
					deploymentId: 'live',
					taskId: null,
					value: 'active',
					changedAt: ago(999),
					writtenBy: null,
				},
			],
		},
		POLICY,
		NOW,
	);
	expect(decision.actions).toEqual([
		{
			kind: 'delete-orphans',
			ruleArns: ['rule/old'],
			targetGroupArns: ['tg/old', 'tg/ruleless'],
			parameters: ['old state', 'dead task'],
		},
	]);
});

test('images and task definitions beyond the newest go, but never those of a living deployment', () => {
	const live = deployment('live', { state: 'active', drainStartedAt: null });
	const drained = deployment('old', { state: 'draining', drainStartedAt: ago(3) });
	const world = facts([live, drained], { old: USED }, 'live');
	const decision = decide(
		{
			...world,
			taskDefinitions: ['td/5', 'td/4', 'td/old', 'td/2', 'td/live'],
			images: ['old', 'live', 'c', 'd', 'e'].map((tag, index) => ({ tag, pushedAt: index })),
		},
		POLICY,
		NOW,
	);
	expect(decision.actions).toEqual([
		{ kind: 'deregister-task-definitions', arns: ['td/2'] },
		{ kind: 'delete-images', tags: ['c'] },
	]);
});

test('an old image stays while a command makes its version anew of it, and has no service yet (A10.6)', () => {
	const live = deployment('live', { state: 'active', drainStartedAt: null });
	const owner = (id: string, changedAt: number) => ({
		...{ name: `/apps/p/${id}/owner`, deploymentId: id, taskId: null, value: '', changedAt, writtenBy: null },
	});
	const { actions } = decide(
		{
			...facts([live], {}, 'live'),
			images: ['killed', 'again', 'live', 'c', 'd', 'e'].map((tag, index) => ({ tag, pushedAt: index })),
			parameters: [owner('again', NOW), owner('killed', ago(11))],
		},
		POLICY,
		NOW,
	);
	expect(actions.filter(({ kind }) => kind === 'delete-images')).toEqual([
		{ kind: 'delete-images', tags: ['c', 'killed'] },
	]);
});

test('previews, and what is being made, push out nothing that could be gone back to; what is left of a preview goes (A10.6)', () => {
	const live = deployment('live', { state: 'active', drainStartedAt: null });
	const shown = deployment('shown', { state: 'preview', drainStartedAt: null, preview: { name: 'a', until: NOW + 1 } });
	const made = deployment('made', { state: 'deploying', drainStartedAt: null, createdAt: NOW });
	const seen = {
		...facts([live, shown, made], {}, 'live'),
		taskDefinitions: ['td/made', 'td/past-2', 'td/shown', 'td/live', 'td/past-1', 'td/b', 'td/a'],
		images: ['a', 'b', 'past-1', 'live', 'shown', 'past-2', 'made'].map((tag, at) => ({ tag, pushedAt: at })),
	};
	const going = (past: ReaperFacts['past']) => {
		const { actions } = decide(past === undefined ? seen : { ...seen, past }, { ...POLICY, keepRevisions: 3 }, NOW);
		return actions.flatMap((one) =>
			one.kind === 'delete-images' ? one.tags : one.kind === 'deregister-task-definitions' ? one.arns : [],
		);
	};
	const idOf = new Map(['past-1', 'past-2', 'a', 'b'].map((id) => [`td/${id}`, id]));
	const past = { previews: new Set(['past-1', 'past-2']), idOf };
	expect(going(past).sort()).toEqual(['past-1', 'past-2', 'td/past-1', 'td/past-2']);
	expect(going({ previews: new Set(), idOf }).sort()).toEqual(['a', 'b', 'td/a', 'td/b']);
	expect(going(null)).toEqual([]);
});

test('the last one that was active stays for its window, also at the longest drain; earlier ones, and what has ended, go', () => {
	const policy = { ...POLICY, rollbackWindowMs: 90 * MINUTE };
	const ids = ['earlier', 'before', 'now'];
	const fleet = (before: Partial<Deployment>) =>
		facts(
			[
				deployment('earlier', { drainStartedAt: ago(80) }),
				deployment('before', before),
				deployment('now', { state: 'active', drainStartedAt: null }),
			],
			Object.fromEntries(ids.map((id) => [id, DRAINED])),
			'now',
		);
	const after = (minutes: number) => decide(fleet({ drainStartedAt: ago(minutes) }), policy, NOW);
	expect(after(70)).toMatchObject({
		actions: [{ kind: 'scale-down', id: 'earlier' }],
		kept: [{ id: 'before', reason: 'rollback-window' }, { id: 'now' }],
	});
	expect(decide(fleet({ drainStartedAt: ago(70) }), { ...policy, rollbackKeep: 2 }, NOW).actions).toEqual([]);
	const later = (minutes: number) => decide(fleet({ drainStartedAt: ago(10) }), policy, NOW + minutes * MINUTE);
	expect(later(79).kept).toContainEqual({ id: 'before', reason: 'rollback-window' });
	expect(later(80).actions).toMatchObject([{ id: 'earlier' }, { kind: 'scale-down', id: 'before', reason: 'max-age' }]);
	// Who is on it is said, although it stays for another reason as well.
	const used = { ...fleet({ drainStartedAt: ago(70) }), parameters: [] };
	expect(decide(used, policy, NOW).kept).toContainEqual({ id: 'before', reason: 'task-silent' });
	// Its tasks were told to end already: there is nothing to go back to.
	expect(decide(fleet({ drainStartedAt: ago(10), desired: 0, running: 0 }), policy, NOW).actions).toMatchObject([
		{ kind: 'delete-deployment', id: 'before' },
	]);
});
