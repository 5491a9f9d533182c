import { stages } from 'pulse-deploy-kit/plan/stages';
import { expect, test } from 'vitest';
import { planDeploy } from './deploy.ts';
import type { DeployObservation } from './observation.ts';

const intent = { id: 'new', verified: true, cost: [] };
const standing: DeployObservation = {
	stack: { condition: 'ready', status: 'UPDATE_COMPLETE', isProtected: true },
	fleet: {
		traffic: { defaultTargetGroupArn: null, defaultCertificateArn: 'cert', rules: [] },
		deployments: [],
		strays: [],
		limits: null,
	},
	certificate: { arn: 'cert', status: 'ISSUED' },
	baselineChange: null,
};
const none: DeployObservation = {
	...standing,
	stack: { condition: 'absent', status: null, isProtected: false },
	fleet: null,
	certificate: { arn: 'cert', status: 'PENDING_VALIDATION' },
};
const stagesOf = (seen: DeployObservation) => stages(planDeploy(seen, intent).steps);
const kinds = (seen: DeployObservation) =>
	stagesOf(seen).map((stage) => stage.map((track) => track.map((step) => step.kind)));

test('image and routing are made side by side, each in its order, and at the end both states are written; nothing else is', () => {
	const [reserved, backend, ...rest] = kinds(standing);
	expect(reserved).toEqual([['reserve-id']]);
	expect(backend).toEqual([
		['push-image', 'register-task-definition'],
		['create-target-group', 'create-rule'],
	]);
	expect(rest.slice(0, 2)).toEqual([[['create-service']], [['await-health']]]);
	expect(rest.at(-2)).toEqual([['mark-active'], ['mark-draining']]);
	const others = rest.filter((_, index) => index !== rest.length - 2);
	expect(others.every((stage) => stage.length === 1 && stage[0]?.length === 1)).toBe(true);
});

test('an image is built while certificate and baseline take their time', () => {
	const { building, sharing } = planDeploy(none, intent);
	expect(building.map(({ kind }) => kind)).toEqual(['build-image']);
	expect(sharing.map(({ kind }) => kind)).toEqual([
		'await-certificate',
		'deploy-baseline',
		'protect-baseline',
		'reserve-id',
	]);
	expect(planDeploy(standing, intent).building).toEqual([]);
});

test('where visitors are served, a certificate is waited for before what is done under the lock', () => {
	const { building, certifying, sharing, steps } = planDeploy({ ...standing, certificate: null }, intent);
	expect(certifying.map(({ kind }) => kind)).toEqual(['request-certificate', 'await-certificate']);
	expect(sharing.map(({ kind }) => kind)).not.toContain('await-certificate');
	expect(steps.slice(0, building.length + certifying.length)).toEqual([...building, ...certifying]);
});

test('steps of a deployment that run side by side are under one heading', () => {
	for (const stage of stagesOf(standing)) expect(new Set(stage.flat().map(({ section }) => section)).size).toBe(1);
});
