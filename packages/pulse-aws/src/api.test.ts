import { expect, test, vi } from 'vitest';
import { commands } from './cli/commands.ts';
import * as api from './index.ts';

test('every command is a function of the package', () => {
	// What a shell asks for is of no use to a program.
	const names = commands.map(({ name }) => name).filter((name) => !/^(completion|dashboard)$/.test(name));
	expect(names).toEqual(expect.arrayContaining(['deploy', 'teardown', 'reap']));
	expect(names.filter((name) => !(name in api))).toEqual([]);
});

test('a function fails as its command does: a name that cannot be, and no credentials', async () => {
	const nowhere = { HOME: '/nonexistent', AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '' };
	for (const [name, value] of Object.entries(nowhere)) vi.stubEnv(name, value);
	vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
	for (const call of [api.rollback, api.status, api.verify, api.reap, api.teardown]) {
		await expect(async () => call({ deploymentName: 'not_one' })).rejects.toMatchObject({ code: 'usage' });
		await expect(call({ deploymentName: 'prod', region: 'eu-west-1' })).rejects.toMatchObject({
			code: 'no-credentials',
			next: expect.any(String),
		});
	}
	vi.unstubAllEnvs();
});
