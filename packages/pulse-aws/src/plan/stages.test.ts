import { expect, test } from 'vitest';
import { section, stages } from './stages.ts';
import type { Step } from './step.ts';

const steps: Step[] = [
	{ kind: 'push-image' },
	{ kind: 'register-task-definition' },
	{ kind: 'create-target-group' },
	{ kind: 'create-rule' },
	{ kind: 'create-service' },
	{ kind: 'await-health' },
	{ kind: 'switch' },
];

test('image and routing are made side by side, each in its order; nothing else is', () => {
	const kinds = stages(steps).map((stage) => stage.map((track) => track.map((step) => step.kind)));
	expect(kinds).toEqual([
		[
			['push-image', 'register-task-definition'],
			['create-target-group', 'create-rule'],
		],
		[['create-service']],
		[['await-health']],
		[['switch']],
	]);
});

test('an image is built while certificate and baseline take their time', () => {
	const slow: Step[] = [
		{ kind: 'build-image' },
		{ kind: 'await-certificate' },
		{ kind: 'deploy-baseline', change: 'create', because: 'there is none' },
		{ kind: 'protect-baseline' },
	];
	const kinds = stages([...slow, ...steps]).map((stage) => stage.map((track) => track.map((step) => step.kind)));
	expect(kinds[0]).toEqual([['build-image'], ['await-certificate', 'deploy-baseline', 'protect-baseline']]);
	expect(kinds).toHaveLength(5);
	expect(stages(slow.slice(1))).toHaveLength(3);
});

test('steps of a deployment that run side by side are under one heading', () => {
	for (const stage of stages(steps)) expect(new Set(stage.flat().map(section)).size).toBe(1);
});
