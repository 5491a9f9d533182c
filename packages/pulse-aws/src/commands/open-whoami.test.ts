import { afterEach, expect, test } from 'vitest';
import { whoamiRequest } from '../config/whoami.ts';
import { deploy } from './deploy.ts';
import { open } from './open.ts';
import { type Account, asked, DOMAIN, NAME, openAccount } from './testing/account.ts';
import { renderWhoami, whoami } from './whoami.ts';

let account: Account;
afterEach(() => account.close());

test('open gives the address of the active deployment and of a named one, on the domain of the certificate (A12.5)', async () => {
	account = await openAccount();
	const { session } = account.connect();
	const ids: string[] = [];
	for (let count = 0; count < 2; count++)
		ids.push((await deploy(account.connect().session, await asked())).result?.deployment_id ?? '');
	const request = { deploymentName: NAME, deploymentId: null, domain: null };
	const of = (id: string | undefined, domain = DOMAIN) => `https://${domain}/?pulse_deployment=${id}`;
	expect(await open(session, request)).toEqual({ deployment_id: ids[1], url: of(ids[1]) });
	const named = { ...request, deploymentId: ids[0] ?? '', domain: 'other.example.com' };
	expect(await open(session, named)).toMatchObject({ url: of(ids[0], 'other.example.com') });
	await expect(open(session, { ...request, deploymentId: 'shop-1' })).rejects.toMatchObject({
		message: "deployment 'shop-1' is not running",
		next: expect.stringContaining('pulse-aws status'),
	});
});

test('whoami tells whose credentials they are, what a command would touch, and who named it (A12.6)', async () => {
	account = await openAccount();
	const { session } = account.connect();
	const ask = async (env: Record<string, string>, flags = {}) =>
		whoami(session, await whoamiRequest({ flags, env, cwd: '/' }));
	const nothing = await ask({ AWS_PROFILE: 'night' });
	expect(nothing).toMatchObject({
		account: '123456789012',
		arn: expect.stringContaining('arn:aws:'),
		credentials_from: 'profile night (AWS_PROFILE)',
		region_from: 'the profile',
		deployment_name: null,
		stack: null,
		stack_status: null,
	});
	expect(renderWhoami(nothing)).toContain('give --deployment-name');
	const env = { AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 'hush', AWS_REGION: 'eu-west-1' };
	const named = { deployment_name: NAME, deployment_name_from: '--deployment-name', stack: `${NAME}-baseline` };
	expect(await ask(env, { deploymentName: NAME })).toMatchObject({ ...named, stack_status: null });
	await deploy(account.connect().session, await asked());
	const there = await ask(env, { deploymentName: NAME });
	expect(there).toMatchObject({
		...named,
		credentials_from: 'AWS_ACCESS_KEY_ID',
		region_from: 'AWS_REGION',
		stack_status: 'CREATE_COMPLETE',
	});
	expect(JSON.stringify(there)).not.toContain('hush');
});
