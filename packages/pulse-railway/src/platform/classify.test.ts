import { expect, test } from 'vitest';
import { classifyMessages, classifyStatus } from './classify.ts';

test.each([
	['Not Authorized', 'unauthorized'],
	['Unauthorized. Please login', 'unauthorized'],
	['Project Token not found', 'unauthorized'],
	['Two Factor Authentication Required', 'unauthorized'],
	['A service named "x" already exists in this project', 'conflict'],
	['Service name must be unique within a project', 'conflict'],
	['ServiceInstance not found', 'not-found'],
	['Project not found', 'not-found'],
	['Problem processing request', 'unavailable'],
	['Failed to create service domain, please try again', 'unavailable'],
	['operation already in progress', 'unavailable'],
	['Cannot redeploy yet, please wait for the original deployment to finish building', 'unavailable'],
	['Cannot redeploy without a snapshot', 'rejected'],
	['Whoa there pal! You are creating volumes too quickly', 'rate-limited'],
	['Request timed out', 'timeout'],
	['cron schedule is invalid', 'rejected'],
])('%s → %s', (message, kind) => {
	expect(classifyMessages([message]).kind).toBe(kind);
});

test('the first message that says anything decides', () => {
	expect(classifyMessages(['oops', 'Not Authorized', 'Project not found']).kind).toBe('unauthorized');
	expect(classifyMessages([]).kind).toBe('rejected');
});

test.each([
	[401, 'unauthorized'],
	[403, 'unauthorized'],
	[404, 'rejected'],
	[408, 'timeout'],
	[429, 'rate-limited'],
	[500, 'unavailable'],
	[502, 'unavailable'],
	[503, 'unavailable'],
	[504, 'timeout'],
	[302, 'rejected'],
])('HTTP %i → %s', (status, kind) => {
	expect(classifyStatus(status, '<html>').kind).toBe(kind);
});
