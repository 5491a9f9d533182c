import { expect, test } from 'vitest';
import { freePriority, type Rule, ruleOf } from './rule.ts';
import { activeTargetGroup, roomLeft } from './traffic.ts';

const rule = (priority: number, targetGroupArn: string | null = `tg-${priority}`): Rule => ({
	arn: `rule-${priority}`,
	priority,
	deploymentId: `d-${priority}`,
	targetGroupArn,
	catchAll: priority === 50_000,
});

test('A6.4: a rule takes the lowest free priority from 100 up, gaps first', () => {
	expect(freePriority([])).toBe(100);
	expect(freePriority([rule(1), rule(100), rule(101), rule(103)])).toBe(102);
});

test('all priorities taken is told, not guessed', () => {
	expect(freePriority(Array.from({ length: 49_900 }, (_, i) => rule(100 + i)))).toBeNull();
});

test('a rule is read from both forms of a forward action, the default rule has no priority', () => {
	const conditions = [
		{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'Pulse_Deployment', Value: 'prod-1' }] } },
	];
	expect(
		ruleOf({
			RuleArn: 'r',
			Priority: '104',
			Conditions: conditions,
			Actions: [{ Type: 'forward', TargetGroupArn: 't' }],
		}),
	).toEqual({ arn: 'r', priority: 104, deploymentId: 'prod-1', targetGroupArn: 't', catchAll: false });
	expect(
		ruleOf({
			Priority: 'default',
			Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: 't' }] } }],
		}),
	).toMatchObject({ priority: null, targetGroupArn: 't' });
	expect(ruleOf({ Priority: '1', Actions: [{ Type: 'fixed-response' }] })).toMatchObject({ targetGroupArn: null });
});

test('the catch-all of a baseline update wins over the default action it protects', () => {
	expect(
		activeTargetGroup({
			defaultTargetGroupArn: null,
			defaultCertificateArn: null,
			rules: [rule(100), rule(50_000, 'live')],
		}),
	).toBe('live');
	expect(activeTargetGroup({ defaultTargetGroupArn: 'live', defaultCertificateArn: null, rules: [rule(100)] })).toBe(
		'live',
	);
	expect(activeTargetGroup({ defaultTargetGroupArn: null, defaultCertificateArn: null, rules: [] })).toBeNull();
});

test('room counts a target group once, whatever refers to it, and keeps a rule for the catch-all', () => {
	const traffic = {
		defaultTargetGroupArn: 'tg-100',
		defaultCertificateArn: null,
		rules: [rule(1, null), rule(100), rule(101)],
	};
	expect(roomLeft(traffic, { rules: 100, targetGroups: 100 })).toEqual({ rules: 96, targetGroups: 98 });
});
