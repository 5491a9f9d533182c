import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deploy } from '../commands/deploy.ts';
import { type Account, asked, DOMAIN, NAME, openAccount } from '../commands/testing/account.ts';
import { rememberedIn } from '../config/remembered.ts';
import { forgetPlace, rememberPlace } from './remember-place.ts';

let account: Account;
let folder: string;
const MADE = { deploymentName: NAME, domain: DOMAIN };
beforeEach(async () => {
	account = await openAccount();
	folder = mkdtempSync(join(tmpdir(), 'pulse-aws-remember-'));
});
afterEach(async () => {
	rmSync(folder, { recursive: true, force: true });
	await account.close();
});

const file = () => readFileSync(join(folder, '.pulse/aws.json'), 'utf8');
async function remember(made: typeof MADE, env = {}): Promise<string> {
	const { session, host } = account.connect();
	await rememberPlace(session, { folder, env }, made);
	return host.messages.map((one) => ('text' in one ? one.text : '')).join('\n');
}

test('A12.7: the first deploy is remembered without a secret, another deployment does not take its place, its own new domain does', async () => {
	expect(await remember(MADE)).toContain(`Remembered in .pulse/aws.json: deployment ${NAME} in`);
	const said = { account: '123456789012', region: account.world.aws.region, deployment_name: NAME, domain: DOMAIN };
	expect(JSON.parse(file())).toEqual(said);
	expect(await remember(MADE)).toBe('');
	expect(await remember({ deploymentName: 'stage', domain: 'stage.example.com' })).toContain('goes on remembering');
	expect(JSON.parse(file())).toEqual(said);
	await remember({ ...MADE, domain: 'new.example.com' });
	expect(JSON.parse(file())).toEqual({ ...said, domain: 'new.example.com' });
});

test('A12.7: a teardown of what is remembered forgets it, and one of another deployment does not', async () => {
	await remember(MADE);
	const { session } = account.connect();
	await forgetPlace(session, { folder, env: {} }, 'stage');
	expect(await rememberedIn(folder, {})).toMatchObject({ deploymentName: NAME });
	await forgetPlace(session, { folder, env: {} }, NAME);
	expect(await rememberedIn(folder, {})).toBeUndefined();
	await forgetPlace(session, { folder, env: {} }, NAME);
});

test('A12.7: what cannot be written fails nothing, and what an emulator has git leaves out', async () => {
	mkdirSync(join(folder, '.pulse/aws.json'), { recursive: true });
	expect(await remember(MADE)).toContain('.pulse/aws.json was not written');
	await remember(MADE, { AWS_ENDPOINT_URL: 'http://127.0.0.1:5000' });
	expect(readFileSync(join(folder, '.pulse/local/.gitignore'), 'utf8')).toBe('*\n');
	expect(JSON.parse(readFileSync(join(folder, '.pulse/local/aws.json'), 'utf8'))).toMatchObject({ domain: DOMAIN });
});

test('A12.7: a remembered domain of the past has visitors served with no other certificate', async () => {
	await deploy(account.connect().session, await asked());
	account.world.certificates.add(['old.example.com']);
	const request = { ...(await asked({ domain: 'old.example.com' })), domainFrom: '.pulse/aws.json' };
	await expect(deploy(account.connect().session, request)).rejects.toMatchObject({
		code: 'usage',
		message: `.pulse/aws.json remembers the domain old.example.com; the load balancer serves ${DOMAIN}`,
	});
});
