import { expect, test } from 'vitest';
import type { DeployResult } from '../commands/deploy-result.ts';
import type { HealthRequest } from '../config/deploy.ts';
import { deploySummary } from './deploy.ts';

const done: DeployResult = {
	deployment_id: 'prod-20260402-120000Z',
	service_arn: 'arn:service',
	target_group_arn: 'arn:group',
	task_def_arn: 'arn:definition',
	image_uri: 'registry/prod@sha256:1',
	cluster_name: 'prod',
	alb_dns_name: 'prod-alb-1.elb.amazonaws.com',
	marked_draining_count: '1',
	certificate_arn: 'arn:certificate',
	domain_ready: 'False',
	domain_proxied: 'False',
};
const told = (waitForHealth: boolean, change: Partial<DeployResult> = {}) =>
	deploySummary({ ...done, ...change }, { domain: 'app.example.com', health: { waitForHealth } as HealthRequest });

test('A1.9: a deploy ends with what was made and that it is live', () => {
	expect(told(true, { domain_ready: 'True' })).toEqual([
		'Deployment Complete!',
		'Deployment ID: prod-20260402-120000Z',
		'Service: arn:service',
		'Target group: arn:group',
		'Image: registry/prod@sha256:1',
		'Marked draining: 1',
		'Deployment is live and healthy!',
	]);
});

test('A1.9: it claims no health that it did not wait for, and says where the domain must lead', () => {
	const lines = told(false).join('\n');
	expect(lines).not.toContain('healthy!');
	expect(lines).toContain('app.example.com does not lead to prod-alb-1.elb.amazonaws.com yet.');
});

test('a record that was replaced is told as it was', () => {
	const old = 'app.example.com A 192.0.2.1 (TTL 300)';
	expect(told(true, { dns_replaced: old })).toContain(`Replaced in Route 53: ${old}`);
});
