import { describe, expect, test } from 'vitest';
import type { Deployment } from '../deployments/deployment.ts';
import { costNotes, monthlyCost } from './cost.ts';
import { planDeploy } from './deploy.ts';
import { afterMove, fleetReport, renderFleet } from './fleet-report.ts';
import type { DeployObservation, Fleet } from './observation.ts';
import { planRollback } from './rollback.ts';
import { renderPlan } from './step.ts';
import { planSupersede } from './supersede.ts';
import { planTeardown } from './teardown.ts';
import { deployment } from './testing/deployment.ts';

const fleet = (deployments: readonly Deployment[], active: string | null, strays: string[] = []): Fleet => ({
	traffic: { defaultTargetGroupArn: active === null ? null : `tg/${active}`, defaultCertificateArn: 'cert', rules: [] },
	deployments,
	strays,
	limits: null,
});
const seen = (change: Partial<DeployObservation>): DeployObservation => ({
	stack: { condition: 'ready', status: 'UPDATE_COMPLETE', isProtected: true },
	fleet: fleet([], null),
	certificate: { arn: 'cert', status: 'ISSUED' },
	baselineChange: null,
	...change,
});
const kinds = (observation: DeployObservation, verified = true) =>
	planDeploy(observation, { id: 'new', verified, cost: ['cost'] }).steps.map((step) => step.kind);

const BACKEND = [
	'reserve-id',
	'push-image',
	'register-task-definition',
	'create-target-group',
	'create-rule',
	'create-service',
];
const CUT_OVER = ['await-health', 'verify-affinity', 'switch', 'confirm', 'mark-active', 'mark-draining'];
const REST = [...BACKEND, ...CUT_OVER, 'check-domain'];

describe('a deploy', () => {
	test.each<[string, Partial<DeployObservation>, string[]]>([
		['into a fitting baseline needs nothing before', {}, []],
		[
			'of an account requests, waits and creates',
			{
				stack: { condition: 'absent', status: null, isProtected: false },
				fleet: null,
				certificate: null,
				baselineChange: 'there is none',
			},
			['build-image', 'request-certificate', 'await-certificate', 'deploy-baseline', 'protect-baseline'],
		],
		[
			'waits for a pending certificate',
			{ certificate: { arn: 'cert', status: 'PENDING_VALIDATION' } },
			['build-image', 'await-certificate'],
		],
		[
			'deletes a baseline that could not be created',
			{ stack: { condition: 'failed-create', status: 'ROLLBACK_COMPLETE', isProtected: true }, fleet: null },
			['build-image', 'delete-failed-baseline', 'deploy-baseline', 'protect-baseline'],
		],
		[
			'repairs one whose rollback failed',
			{ stack: { condition: 'rollback-failed', status: 'UPDATE_ROLLBACK_FAILED', isProtected: true } },
			['build-image', 'repair-baseline', 'deploy-baseline'],
		],
		[
			'tries a failed update again',
			{ stack: { condition: 'ready-after-failure', status: 'UPDATE_ROLLBACK_COMPLETE', isProtected: true } },
			['build-image', 'deploy-baseline'],
		],
		['updates changed settings', { baselineChange: 'its settings changed' }, ['build-image', 'deploy-baseline']],
		['sets another certificate', { certificate: { arn: 'other', status: 'ISSUED' } }, ['set-listener-certificate']],
		[
			'removes what an interrupted one left',
			{ fleet: fleet([deployment('half', { state: 'deploying' })], null, ['rule-only']) },
			['remove-leftovers'],
		],
		[
			'writes an interrupted switch down first',
			{ fleet: fleet([deployment('a', { state: 'deploying' }), deployment('b', { state: 'active' })], 'a') },
			['settle'],
		],
	])('%s', (_, change, before) => expect(kinds(seen(change))).toEqual([...before, ...REST]));

	test('A7.1: that does not wait for health asks nobody', () => {
		expect(kinds(seen({}), false)).toEqual([...BACKEND, 'switch', 'mark-active', 'mark-draining', 'check-domain']);
	});

	test.each(['broken', 'delete-failed', 'busy'] as const)('refuses a baseline that is %s', (condition) => {
		expect(() => kinds(seen({ stack: { condition, status: 'X_FAILED', isProtected: true } }))).toThrow(
			'The baseline stack is in status X_FAILED.',
		);
	});

	test('refuses a full load balancer before anything is made, unless leftovers make room', () => {
		const full = { ...fleet([deployment('a', { state: 'active' })], 'a'), limits: { rules: 100, targetGroups: 1 } };
		expect(() => kinds(seen({ fleet: full }))).toThrow('no room for another deployment: target groups');
		expect(kinds(seen({ fleet: { ...full, strays: ['left'] } }))).toContain('create-service');
	});

	test('with --supersede stops what is still being made, and none whose domain is looked at (A8.8)', () => {
		const made = [deployment('a', { state: 'active' }), deployment('b', { state: 'deploying' })];
		const held = (id: string) => [id, `held by ann; stops for deploys [${id} 0]`] as const;
		const standing = { ...fleet(made, 'a'), reserved: ['c'], leases: new Map(['a', 'b', 'c'].map(held)) };
		const { facts, steps } = planSupersede(standing, 'deploys');
		expect([facts, steps.map((step) => step.kind === 'supersede' && step.ids)]).toEqual([
			['Stops b, c, which are still being made'],
			[['b', 'c']],
		]);
	});

	test('shows its cost only when it creates the baseline', () => {
		const absent = seen({ stack: { condition: 'absent', status: null, isProtected: false }, fleet: null });
		expect(planDeploy(absent, { id: 'new', verified: true, cost: ['cost'] }).facts).toEqual(['cost']);
		expect(planDeploy(seen({}), { id: 'new', verified: true, cost: ['cost'] }).facts).toEqual([]);
	});
});

describe('a rollback', () => {
	const active = deployment('new', { state: 'active', createdAt: 9, drainStartedAt: null });

	test('goes to the deployment that visitors left last', () => {
		const plan = planRollback(
			fleet([deployment('a', { drainStartedAt: 5 }), deployment('b', { drainStartedAt: 7 }), active], 'new'),
			null,
			0,
		);
		expect(plan.id).toBe('b');
		expect(plan.steps.map((step) => step.kind)).toEqual(['bring-back', ...CUT_OVER]);
	});

	test.each<[string, Deployment[], string | null, string]>([
		['nowhere to go', [deployment('a', { desired: 0 }), active], null, 'No earlier deployment is running any more.'],
		['a deployment that is gone', [active], 'a', "deployment 'a' is not running"],
		['the active one', [deployment('a'), active], 'new', 'new is active already'],
		[
			'one that the reaper is ending',
			[deployment('a', { retiringSince: 0 }), active],
			'a',
			"deployment 'a' is not running",
		],
		['one that is still starting', [deployment('a', { state: 'deploying' }), active], 'a', 'a was never active'],
	])('refuses %s', (_, deployments, wanted, message) => {
		expect(() => planRollback(fleet(deployments, 'new'), wanted, 0)).toThrow(message);
	});

	test('after a deploy that was interrupted at its switch goes to the deployment before', () => {
		const plan = planRollback(
			fleet([deployment('a', { state: 'active', createdAt: 1 }), { ...active, state: 'deploying' }], 'new'),
			null,
			0,
		);
		expect(plan.id).toBe('a');
		expect(plan.steps.map((step) => step.kind)).toEqual(['settle', 'bring-back', ...CUT_OVER]);
	});

	test('after a later deploy whose service is older than that of the one before it goes to that', () => {
		const before = deployment('a', { state: 'active', createdAt: 9 });
		const later = { ...active, createdAt: 1 };
		for (const state of ['deploying', 'active'] as const)
			expect(planRollback(fleet([before, { ...later, state }], 'new'), null, 0).id).toBe('a');
	});

	test.each([
		['neither state is written', null, active],
		['its target alone is', 'active', active],
		['the one that visitors left alone is', null, { ...active, state: 'draining', drainStartedAt: 5 }],
	] as const)('finishes one that was interrupted after its switch, where %s', (_, state, left) => {
		const target = deployment('a', { createdAt: 1, ...(state === null ? {} : { state, drainStartedAt: null }) });
		const plan = planRollback(fleet([target, left], 'a'), null, 6);
		expect([plan.id, plan.steps.map((step) => step.kind)]).toEqual(['a', ['settle']]);
	});
});

describe('status', () => {
	const place = { name: 'prod', region: 'eu-west-1', loadBalancer: 'lb' };
	const states = (deployments: readonly Deployment[], active: string | null) =>
		fleetReport(
			place,
			fleet(deployments, active),
			{ rollbackWindowMs: 0, rollbackKeep: 1, maxDrainMs: 0 },
			0,
		).deployments.map((one) => one.state);

	test.each<[string, (string | null)[], number | null, string[]]>([
		['after an interrupted switch', ['active', 'deploying'], 1, ['draining', 'active']],
		['after an interrupted rollback', ['draining', 'active'], 0, ['active', 'draining']],
		['while nothing is written down', ['active', 'active', null], 1, ['draining', 'active', 'unknown']],
		['where the listener leads nowhere known', ['active', 'active'], null, ['unknown', 'unknown']],
	])('calls at most one deployment active: %s', (_, tags, active, expected) => {
		const deployments = tags.map((state, index) => deployment(`d${index}`, { state: state as Deployment['state'] }));
		expect(states(deployments, active === null ? null : `d${active}`)).toEqual(expected);
	});

	test('says who is active as soon as visitors are moved, before all is read again', () => {
		const seen = fleet(
			[deployment('before', { state: 'active' }), deployment('next', { state: 'deploying' })],
			'before',
		);
		const moved = afterMove(
			fleetReport(place, seen, { rollbackWindowMs: 0, rollbackKeep: 1, maxDrainMs: 0 }, 0),
			'next',
		);
		expect([moved.active, moved.rollback_target]).toEqual(['next', 'before']);
		expect(moved.deployments.map(({ state }) => state)).toEqual(['draining', 'active']);
	});

	test('counts down how long a deployment stays to go back to', () => {
		const before = deployment('before', { state: 'draining', drainStartedAt: 60_000 });
		const earlier = deployment('earlier', { state: 'draining', drainStartedAt: 30_000 });
		const seen = fleet([before, earlier, deployment('now', { state: 'active' })], 'now');
		const told = fleetReport(
			place,
			seen,
			{ rollbackWindowMs: 3_600_000, rollbackKeep: 1, maxDrainMs: 86_400_000 },
			120_000,
		);
		expect(told.deployments.map((one) => [one.deployment_id, one.rollback_for])).toEqual([
			['before', 3_540],
			['earlier', null],
			['now', null],
		]);
		expect(renderFleet(told, 120_000)).toMatch(/before .* for 60 s, to go back to for 59 min more/);
	});
});

describe('a teardown', () => {
	const observation = {
		stack: { condition: 'ready' as const, status: 'CREATE_COMPLETE', isProtected: true },
		fleet: fleet([deployment('a')], 'a', ['b']),
	};

	test('A13.2: refuses while deployments run, naming them', () => {
		expect(() => planTeardown('prod', observation, false)).toThrow('1 active Pulse service(s) found');
	});

	test('A13.3: takes routing off first, then everything in the order in which AWS lets go of it', () => {
		expect(renderPlan(planTeardown('prod', observation, true))).toBe(
			[
				'1. Stop sending visitors to any deployment',
				'2. Remove a, b (teardown)',
				'3. Wait until the last task has ended',
				'4. Delete the baseline stack',
				'5. Delete parameters, logs and task definitions',
				'The certificate is kept.',
			].join('\n'),
		);
	});
});

test('the cost is what the table of the documentation says', () => {
	const small = { cpu: 256, memory: 512 };
	expect(Math.round(monthlyCost({ nat: 'gateway', architecture: 'x86_64', ...small, tasks: 2 }).total)).toBe(78);
	expect(Math.round(monthlyCost({ nat: 'none', architecture: 'x86_64', ...small, tasks: 2 }).total)).toBe(49);
	expect(Math.round(monthlyCost({ nat: 'none', architecture: 'arm64', ...small, tasks: 1 }).total)).toBe(35);
	expect(costNotes({ nat: 'none', architecture: 'arm64', ...small, tasks: 1 }).join(' ')).not.toContain('Cheaper');
});
