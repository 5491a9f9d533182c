import { expect, test } from 'vitest';
import { apiRequest } from './config/api.ts';
import * as api from './index.ts';

test('A15.1: the package offers the documented names; what only describes options is a type', () => {
	expect(Object.keys(api).sort()).toEqual(['AWSECSPlugin', 'DeploymentError', 'deploy']);
	const described: [api.DockerBuild, api.HealthCheckConfig, api.ReaperConfig, api.TaskConfig] = [
		{ dockerfilePath: 'Dockerfile', contextPath: '.' },
		{},
		{},
		{},
	];
	expect(described).toHaveLength(4);
});

test('A15.1: what is left out has the documented default', () => {
	const docker = { dockerfilePath: 'Dockerfile', contextPath: '.' };
	const request = apiRequest({ domain: 'app.example.com', deploymentName: 'prod', docker }, '/src');
	expect(request).toMatchObject({
		docker: { dockerfile: '/src/Dockerfile', context: '/src' },
		task: { cpu: '256', memory: '512', desiredCount: 2, drainPollSeconds: 5, drainGraceSeconds: 20 },
		health: {
			path: '/_pulse/health',
			intervalSeconds: 30,
			timeoutSeconds: 5,
			healthyThreshold: 2,
			unhealthyThreshold: 3,
			waitForHealth: true,
			minHealthyTargets: 2,
			taskGracePeriodSeconds: 60,
		},
		reaper: { scheduleMinutes: 1, maxAgeHours: 1, deploymentTimeoutHours: 1 },
		certificateArn: null,
	});
});
