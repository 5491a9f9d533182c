import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { apiRequest } from './config/api.ts';
import * as api from './index.ts';

test('A15.1: the package offers the documented names, each with its documented defaults at run time', () => {
	expect(Object.keys(api).sort()).toEqual(
		'AWSECSPlugin DeploymentError DockerBuild HealthCheckConfig ReaperConfig TaskConfig config deploy doctor drain ensure history lock logs open promote reap recall rollback status teardown verify whoami'.split(
			' ',
		),
	);
	expect(new api.DockerBuild({ dockerfilePath: 'Dockerfile', contextPath: '.' })).toMatchObject({ buildArgs: {} });
	expect({ ...new api.TaskConfig() }).toEqual({
		cpu: '256',
		memory: '512',
		desiredCount: 2,
		envVars: {},
		secrets: {},
		drainPollSeconds: 5,
		drainGraceSeconds: 20,
		metrics: false,
	});
	expect(new api.HealthCheckConfig({ timeoutSeconds: 4 })).toMatchObject({
		path: '/_pulse/health',
		intervalSeconds: 30,
		timeoutSeconds: 4,
		healthyThreshold: 2,
		unhealthyThreshold: 3,
		waitForHealth: true,
		minHealthyTargets: 2,
		taskGracePeriodSeconds: 60,
	});
	expect(new api.ReaperConfig()).toMatchObject({ scheduleMinutes: 1, maxAgeHours: 1, deploymentTimeout: 1 });
	expect(new api.TaskConfig().constructor.name).toBe('TaskConfig');
	// One does not change the next one's defaults.
	Object.assign(new api.TaskConfig().envVars, { A: '1' });
	expect(new api.TaskConfig().envVars).toEqual({});
});

test('A15.1: a plain object describes the same, and what it leaves out or undefined has its default', async () => {
	const classes = await apiRequest(
		{
			...OPTIONS,
			docker: new api.DockerBuild(OPTIONS.docker),
			task: new api.TaskConfig({ desiredCount: 1 }),
			healthCheck: new api.HealthCheckConfig(),
			reaper: new api.ReaperConfig({ maxAgeHours: 3 }),
		},
		PACKAGE,
	);
	const plain = await apiRequest(
		// @ts-expect-error: a program in JavaScript passes on what it does not have
		{ ...OPTIONS, task: { desiredCount: 1, cpu: undefined }, reaper: { maxAgeHours: 3 } },
		PACKAGE,
	);
	expect(classes).toEqual(plain);
	expect(plain).toMatchObject({ task: { cpu: '256' }, health: { minHealthyTargets: 1 } });
});

const PACKAGE = new URL('..', import.meta.url).pathname;
const OPTIONS = {
	domain: 'app.example.com',
	deploymentName: 'prod',
	docker: { dockerfilePath: `${PACKAGE}package.json`, contextPath: PACKAGE },
};

test('A15.1: a program says whom to tell as the command line does, and what it leaves out stays as the stack has it', async () => {
	expect((await apiRequest(OPTIONS, PACKAGE)).notify).toBeNull();
	const { notify } = await apiRequest({ ...OPTIONS, notify: 'https://hooks.example.com/s', notifyKept: '2h' }, PACKAGE);
	expect(notify).toMatchObject({ notify: { form: 'standard' }, secret: undefined, keptSeconds: 7200 });
	expect((await apiRequest({ ...OPTIONS, notify: 'off' }, PACKAGE)).notify).toMatchObject({ notify: 'off' });
	for (const wrong of [{ notify: 'http://hooks.example.com' }, { notifySecret: 'short' }, { notifyKept: 'soon' }])
		await expect(apiRequest({ ...OPTIONS, ...wrong }, PACKAGE)).rejects.toMatchObject({ code: 'usage' });
});

test('A15.1: what is left out has the documented default', async () => {
	expect(await apiRequest(OPTIONS, PACKAGE)).toMatchObject({
		docker: { dockerfile: `${PACKAGE}package.json`, context: PACKAGE.replace(/\/$/, '') },
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
			pagePath: '/',
			budgetSeconds: 300,
		},
		reaper: { scheduleMinutes: 1, maxAgeHours: 1, deploymentTimeoutHours: 1 },
		certificateArn: null,
	});
});

/** A folder that holds an app of Streamlit in a Dockerfile. */
function streamlit(): string {
	const dir = mkdtempSync(join(tmpdir(), 'pulse-aws-container-'));
	onTestFinished(() => rmSync(dir, { recursive: true }));
	writeFileSync(join(dir, 'Dockerfile'), 'FROM python:3.12-slim\nCMD ["streamlit", "run", "app.py"]\n');
	return dir;
}

test('A15.1: a program deploys a container app as the command does, with its options and their defaults', async () => {
	const docker = { dockerfilePath: 'Dockerfile', contextPath: '.' };
	const plain = await apiRequest({ ...OPTIONS, docker, container: {} }, streamlit());
	expect(plain).toMatchObject({
		kindIsSaid: true,
		container: { port: 8501, affinity: 'tab', healthPath: '/', start: null, hiddenTabSeconds: 900 },
		task: { desiredCount: 1 },
		health: { path: '/_pulse/health', pagePath: '/', minHealthyTargets: 1 },
	});
	const container = { port: 9000, affinity: 'session', healthPath: '/well', start: "node 'a b.js'" } as const;
	// The classes carry defaults that were not asked for.
	const task = new api.TaskConfig({ cpu: '512', memory: '1024' });
	const healthCheck = new api.HealthCheckConfig({ intervalSeconds: 10 });
	const more = { container: { ...container, hiddenTabSeconds: 60, sidecarImage: 'mirror/edge:1' }, task, healthCheck };
	expect(await apiRequest({ ...OPTIONS, docker, ...more }, streamlit())).toMatchObject({
		container: { ...container, start: ['node', 'a b.js'], hiddenTabSeconds: 60, sidecarImage: 'mirror/edge:1' },
		task: { cpu: '512', desiredCount: 1 },
		health: { pagePath: '/well' },
	});
	const two = { container: {}, task: { desiredCount: 2 }, healthCheck: { pagePath: null } };
	expect(await apiRequest({ ...OPTIONS, docker, ...two }, streamlit())).toMatchObject({
		task: { desiredCount: 2 },
		health: { pagePath: null },
	});
});

test.each<[string, Partial<api.DeployOptions>, string]>([
	['a port that is none', { container: { port: 0 } }, '--port: must be >= 1'],
	['an affinity that is none', { container: { affinity: 'user' as never } }, '--affinity: must be one of tab, session'],
	[
		'a health check of the load balancer',
		{ container: {}, healthCheck: { path: '/' } },
		'healthCheck.path is for Pulse',
	],
	['the port as a variable', { container: {}, task: { envVars: { PORT: '1' } } }, 'envVars may not set PORT'],
])('a program that deploys a container app is told of %s', async (_, options, message) => {
	const docker = { dockerfilePath: 'Dockerfile', contextPath: '.' };
	await expect(apiRequest({ ...OPTIONS, docker, ...options }, streamlit())).rejects.toMatchObject({
		code: 'usage',
		message: expect.stringContaining(message),
	});
});

test.each<[string, Partial<api.DeployOptions>, string]>([
	['no Dockerfile', { docker: { dockerfilePath: 'nope', contextPath: '.' } }, 'Dockerfile not found: nope'],
	['no tasks', { task: { desiredCount: 0 } }, 'the desired count must be a whole number from 1'],
	['a size that Fargate lacks', { task: { cpu: '300' } }, 'Fargate has no tasks of 300 CPU units'],
	['a timeout as long as its interval', { healthCheck: { timeoutSeconds: 30 } }, 'must be shorter than its interval'],
	['a path without its slash', { healthCheck: { path: 'health' } }, 'must begin with /'],
	['a schedule of half minutes', { reaper: { scheduleMinutes: 0.5 } }, "the reaper's schedule must be a whole number"],
	['hours below nothing', { reaper: { maxAgeHours: -1 } }, "the reaper's hours must be above 0"],
	[
		'a variable that is a secret too',
		{ task: { envVars: { A: 'x' }, secrets: { A: 'arn:aws:ssm:eu-west-1:123456789012:parameter/a' } } },
		'given as a variable and as a secret: A',
	],
])('a program is told of %s before anything is asked of AWS', async (_, options, message) => {
	await expect(api.deploy({ ...OPTIONS, ...options })).rejects.toMatchObject({
		code: 'usage',
		message: expect.stringContaining(message),
	});
});

test('a program is told of what AWS refuses as the command line is, by a DeploymentError', async () => {
	const nowhere = { HOME: '/nonexistent', AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '' };
	for (const [name, value] of Object.entries(nowhere)) vi.stubEnv(name, value);
	vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
	// Docker is asked first whether it can build, and answers on no machine without an engine.
	const bin = mkdtempSync(join(tmpdir(), 'pulse-aws-docker-'));
	onTestFinished(() => rmSync(bin, { recursive: true }));
	writeFileSync(join(bin, 'docker'), '#!/bin/sh\n', { mode: 0o755 });
	vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
	await expect(api.deploy({ ...OPTIONS, region: 'eu-west-1' })).rejects.toMatchObject({
		name: 'DeployToolError',
		code: 'no-credentials',
	});
	vi.unstubAllEnvs();
});
