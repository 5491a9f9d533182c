import { describe, expect, it } from 'vitest';
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

	it('find the stack by the name of its router, pulse-router by default (decision 2)', () => {
		expect(serviceTarget({ flags: {}, env: {} }).routerService).toBe('pulse-router');
		expect(serviceTarget({ flags: { service: 'Foo Router' }, env: {} }).routerService).toBe('foo-router');
		expect(redeployCommand.settings).toHaveProperty('service');
	});

	it('take the project of the environment (R8.1)', () => {
		const env = { RAILWAY_PROJECT_ID: 'p', RAILWAY_ENVIRONMENT_ID: 'e' };
		expect(serviceTarget({ flags: {}, env }).target).toMatchObject({ projectId: 'p', environmentId: 'e' });
	});

	it('want to be told what to delete, once (R8.1)', () => {
		const typed = { flags: {}, args: [], env: { PULSE_DEPLOYMENT_ID: 'ambient' } };
		expect(() => requiredDeploymentId(typed)).toThrow('deployment id is required');
		expect(() => requiredDeploymentName(typed)).toThrow('deployment name is required');
		expect(requiredDeploymentId({ ...typed, args: [' PROD-1 '] })).toBe('prod-1');
		expect(() => requiredDeploymentId({ ...typed, args: ['a'], flags: { deploymentId: 'b' } })).toThrow('give it once');
	});
});
