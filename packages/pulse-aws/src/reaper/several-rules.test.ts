import { describe, expect, test } from 'vitest';
import type { Deployment } from '../deployments/deployment.ts';
import { pinRules } from '../traffic/pin-rules.ts';
import { type Rule, ruleOf } from '../traffic/rule.ts';
import { decide } from './decide.ts';
import { NO_CANARY } from './decide-canary.ts';
import type { ReaperFacts } from './facts.ts';
import { reaperPolicy } from './policy.ts';

const NOW = 1_800_000_000_000;
const [LIVE, DRAINED] = ['shop-20260402-120000Z', 'shop-20260401-120000Z'];
const POLICY = reaperPolicy({ maxAgeHours: 1, deploymentTimeoutHours: 1, rollbackWindowSeconds: 0, rollbackKeep: 0 });

const deployment = (id: string, change: Partial<Deployment> = {}): Deployment => ({
	id,
	serviceArn: `service/${id}`,
	state: 'draining',
	createdAt: NOW - 7_000_000,
	drainStartedAt: NOW - 600_000,
	retiringSince: null,
	desired: 1,
	running: 1,
	pending: 0,
	targetGroupArn: `tg/${id}`,
	taskDefinitionArn: null,
	...change,
});

/** Its rules as AWS tells them. An older version knew by its query alone whose a rule is. */
function rulesOf(id: string, reader: 'this version' | 'an older one'): Rule[] {
	return pinRules(id, { affinity: 'tab' }).map(({ conditions }, index) => {
		const rule = ruleOf({
			RuleArn: `rule/${id}/${index}`,
			Priority: String(100 + index),
			Conditions: conditions,
			Actions: [{ Type: 'forward', TargetGroupArn: `tg/${id}` }],
		});
		return reader === 'this version' || index === 0 ? rule : { ...rule, deploymentId: null };
	});
}

function facts(reader: Parameters<typeof rulesOf>[1], deployments: readonly Deployment[]): ReaperFacts {
	const ids = [LIVE, DRAINED];
	return {
		deployments,
		traffic: {
			defaultTargetGroupArn: `tg/${LIVE}`,
			defaultCertificateArn: null,
			rules: ids.flatMap((id) => rulesOf(id, reader)),
		},
		tasks: new Map(),
		targetGroups: ids.map((id) => ({ arn: `tg/${id}`, deploymentId: id, createdAt: NOW - 7_000_000 })),
		canary: NO_CANARY,
		ruleCreatedAt: new Map(
			ids.flatMap((id) => rulesOf(id, reader).map((rule) => [rule.arn, NOW - 7_000_000] as const)),
		),
		parameters: [],
		taskDefinitions: [],
		images: [],
	};
}

const live = deployment(LIVE, { state: 'active', drainStartedAt: null });

describe('A10: the rules of a container app', () => {
	test('go all, once its tasks have ended', () => {
		const ended = deployment(DRAINED, { desired: 0, running: 0 });
		expect(decide(facts('this version', [live, ended]), POLICY, NOW).actions).toEqual([
			expect.objectContaining({
				kind: 'delete-deployment',
				ruleArns: Array.from({ length: 6 }, (_, i) => `rule/${DRAINED}/${i}`),
			}),
		]);
	});

	test('go all as orphans, where its service is gone', () => {
		expect(decide(facts('this version', [live]), POLICY, NOW).actions).toEqual([
			expect.objectContaining({
				kind: 'delete-orphans',
				ruleArns: Array.from({ length: 6 }, (_, i) => `rule/${DRAINED}/${i}`),
				targetGroupArns: [`tg/${DRAINED}`],
			}),
		]);
	});

	test('are left alone by an older reaper, which takes away no target group that one of them leads to', () => {
		const { actions } = decide(facts('an older one', [live]), POLICY, NOW);
		expect(actions).toEqual([
			expect.objectContaining({ kind: 'delete-orphans', ruleArns: [`rule/${DRAINED}/0`], targetGroupArns: [] }),
		]);
		expect(decide(facts('an older one', [live, deployment(DRAINED)]), POLICY, NOW).actions).toEqual([]);
	});
});
