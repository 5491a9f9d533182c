import { expect, test } from 'vitest';
import type { Rule } from '../traffic/rule.ts';
import type { Fleet } from './observation.ts';
import { refuseWithoutRoom } from './room.ts';

const rule = (deploymentId: string, index: number): Rule => ({
	arn: `rule/${deploymentId}/${index}`,
	priority: 100 + index,
	deploymentId,
	targetGroupArn: `tg/${deploymentId}`,
	catchAll: false,
});
/** A container app each, of six rules. */
const fleet = (ids: readonly string[], limits: Fleet['limits']): Fleet => ({
	traffic: {
		defaultTargetGroupArn: 'tg/a',
		defaultCertificateArn: null,
		rules: ids.flatMap((id) => Array.from({ length: 6 }, (_, index) => rule(id, index))),
	},
	deployments: [],
	strays: [],
	limits,
});

test('a container app needs room for all of its rules, and the refusal says how many, the limit and what to do', () => {
	const full = fleet(['a', 'b'], { rules: 18, targetGroups: 100 });
	expect(() => refuseWithoutRoom(full, [], 6)).toThrow(
		expect.objectContaining({
			code: 'load-balancer-full',
			message: 'The load balancer has no room for another deployment: listener rules.',
			detail: expect.stringContaining(
				'The limit is 18 (quota L-7EED9B64, adjustable); this deployment takes 6, and 5 are free.',
			),
			next: expect.stringMatching(/pulse-aws reap --yes.*quota raised/),
		}),
	);
	expect(() => refuseWithoutRoom(full, [], 1)).not.toThrow();
	expect(() => refuseWithoutRoom(fleet(['a', 'b'], { rules: 19, targetGroups: 100 }), [], 6)).not.toThrow();
});

test('leftovers that are removed before give back as many rules as they have', () => {
	const full = fleet(['a', 'left'], { rules: 14, targetGroups: 100 });
	const removing = { kind: 'remove-leftovers', ids: ['left'], lapsed: new Map() } as never;
	expect(() => refuseWithoutRoom(full, [removing], 7)).not.toThrow();
	expect(() => refuseWithoutRoom(full, [removing], 8)).toThrow(
		expect.objectContaining({ detail: expect.stringContaining('this deployment takes 8, and 7 are free') }),
	);
});
