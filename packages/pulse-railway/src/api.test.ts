import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commands } from './cli/commands.ts';
import * as api from './index.ts';

/** `janitor run` → `janitorRun`; `delete` is a word of the language. */
function functionOf(command: string): string {
	if (command === 'delete') return 'deleteDeployment';
	return command.replace(/ ([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

test('every command is a function of the package', () => {
	// What runs for ever, lives on this machine alone, or is another name of a command.
	const others = commands
		.map(({ name }) => name)
		.filter((name) => !/^(router|scaffold|completion|dashboard|local\b)/.test(name));
	expect(others).toEqual(expect.arrayContaining(['deploy', 'janitor run', 'rollback']));
	expect(others.filter((name) => !(functionOf(name) in api))).toEqual([]);
});

test('a function fails as its command does, and says what to do next', async () => {
	const context = { env: {}, cwd: '/' };
	for (const call of [api.rollback, api.status, api.redeploy])
		await expect(call({}, context)).rejects.toMatchObject({ code: 'token-required', next: expect.any(String) });
});

test.each([
	['promote', () => api.promote({ deploymentId: 'Shop #1' }, { env: {} })],
	['rollback', () => api.rollback({ deploymentId: 'Shop #1' }, { env: {} })],
	['redeploy', () => api.redeploy({ deploymentId: 'Shop #1' }, { env: {} })],
	['delete', () => api.deleteDeployment({ deploymentId: 'Shop #1' }, { env: {} })],
])('%s reads an id as its command does: what is none is a usage error, before Railway is asked', async (_, call) => {
	await expect(call()).rejects.toMatchObject({ message: expect.stringContaining('deployment id must match') });
});

test('a container app is deployed by the options of the command, which are checked before Railway is asked', async () => {
	const cwd = mkdtempSync(join(tmpdir(), 'pulse-api-container-'));
	onTestFinished(() => rmSync(cwd, { recursive: true }));
	writeFileSync(join(cwd, 'Dockerfile'), 'FROM node:24-slim\nCMD ["node", "server.js"]\n');
	const context = { env: {}, cwd };
	const options = { container: true, affinity: 'session', healthPath: '/well', startCommand: 'node other.js' } as const;
	await expect(api.deploy({ ...options, port: 8501 }, context)).rejects.toMatchObject({ code: 'token-required' });
	await expect(api.deploy(options, context)).rejects.toMatchObject({ message: expect.stringContaining('listens') });
	await expect(api.deploy({ ...options, port: 0 }, context)).rejects.toMatchObject({
		message: '--port: must be >= 1, got 0',
	});
	// @ts-expect-error: there is no such affinity
	await expect(api.deploy({ ...options, port: 8501, affinity: 'user' }, context)).rejects.toMatchObject({
		message: expect.stringContaining('--affinity: must be one of tab, session'),
	});
});
