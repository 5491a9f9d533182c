import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deleteCommand } from '../cli/delete.ts';
import { redeployCommand } from '../cli/redeploy.ts';
import { removeCommand } from '../cli/remove.ts';
import { requiredDeploymentId, requiredDeploymentName, serviceTarget } from './service-target.ts';

const flagsOf = (settings: object) =>
	Object.values(settings as Record<string, { flag?: string }>).map(({ flag }) => flag?.split(' ')[0]);

describe('delete, remove and redeploy', () => {
	it.each([
		['delete', deleteCommand, '--deployment-id'],
		['remove', removeCommand, '--deployment-name'],
	] as const)('%s takes every flag that scripts pass, also those without effect now (R8.1)', (_name, command, own) => {
		expect(flagsOf(command.settings)).toEqual(
			expect.arrayContaining([
				own,
				'--service',
				'--project-id',
				'--environment-id',
				'--project',
				'--environment',
				'--token',
				'--service-prefix',
				'--redis-url',
				'--redis-service',
				'--redis-prefix',
				'--keep-active-variable',
			]),
		);
	});

	it('find the stack by the name of its router, pulse-router by default (decision 2)', async () => {
		expect((await serviceTarget({ flags: {}, env: {}, cwd: '/' })).routerService).toBe('pulse-router');
		const named = await serviceTarget({ flags: { service: 'Foo Router' }, env: {}, cwd: '/' });
		expect(named.routerService).toBe('foo-router');
		expect(redeployCommand.settings).toHaveProperty('service');
	});

	it('take the project of the environment (R8.1)', async () => {
		const env = { RAILWAY_PROJECT_ID: 'p', RAILWAY_ENVIRONMENT_ID: 'e' };
		const { target } = await serviceTarget({ flags: {}, env, cwd: '/' });
		expect(target).toMatchObject({ projectId: 'p', environmentId: 'e' });
	});

	it('read pulse.toml as deploy does: a variable wins over it, and a flag over both (R7.1)', async () => {
		const cwd = await mkdtemp(join(tmpdir(), 'pulse-target-'));
		onTestFinished(() => rm(cwd, { recursive: true }));
		await mkdir(join(cwd, 'shop'));
		const file = 'project = "shop"\nenvironment = "stage"\nservice_prefix = "abc"\ndomain = "of AWS"\n';
		await writeFile(join(cwd, 'shop', 'pulse.toml'), file);
		const read = (flags: object, env: Record<string, string> = {}) =>
			serviceTarget({ flags: { context: 'shop', ...flags }, env, cwd });
		expect(await read({})).toMatchObject({
			routerService: 'abc-router',
			servicePrefix: 'abc-',
			target: { project: 'shop', environment: 'stage' },
		});
		expect(await read({ service: 'other', project: 'b' }, { PULSE_RAILWAY_SERVICE_PREFIX: 'env' })).toMatchObject({
			routerService: 'other',
			servicePrefix: 'env-',
			target: { project: 'b', environment: 'stage' },
		});
	});

	it('want to be told what to delete, once (R8.1)', () => {
		const typed = { flags: {}, args: [], env: { PULSE_DEPLOYMENT_ID: 'ambient' } };
		expect(() => requiredDeploymentId(typed)).toThrow('deployment id is required');
		expect(() => requiredDeploymentName(typed)).toThrow('deployment name is required');
		expect(requiredDeploymentId({ ...typed, args: [' PROD-1 '] })).toBe('prod-1');
		expect(() => requiredDeploymentId({ ...typed, args: ['a'], flags: { deploymentId: 'b' } })).toThrow('give it once');
	});
});
