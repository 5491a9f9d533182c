import { afterEach, expect, test } from 'vitest';
import { deploy } from './deploy.ts';
import { type Account, asked, DOMAIN, NAME, openAccount } from './testing/account.ts';
import { verify } from './verify.ts';

let account: Account;
afterEach(() => account.close());

const request = { deploymentName: NAME, domain: null, healthPath: '/_pulse/health' };
const deployed = async () => (await deploy(account.connect().session, await asked())).result?.deployment_id ?? '';

test('A12.1: without a stack, and without a deployment, it says so', async () => {
	account = await openAccount();
	await expect(verify(account.connect().session, request)).rejects.toThrow(`Nothing is deployed as '${NAME}'`);
	const id = await deployed();
	await account.world.aws.ecs.deleteService({ cluster: NAME, service: id, force: true });
	await expect(verify(account.connect().session, request)).rejects.toThrow('No deployment of');
});

test('A12.1: it asks the root, the health path and each deployment under its own id, in this order', async () => {
	account = await openAccount();
	const one = await deployed();
	const two = await deployed();
	const result = await verify(account.connect().session, { ...request, healthPath: '/up', domain: DOMAIN });
	expect(result.checks.map((check) => check.path)).toEqual([
		'/',
		'/up',
		`/_pulse/meta?pulse_deployment=${one}`,
		`/_pulse/meta?pulse_deployment=${two}`,
	]);
	expect(result.ok).toBe(true);
	expect(result.samples[2]).toBe(`curl -i 'https://${DOMAIN}/_pulse/meta?pulse_deployment=${one}'`);
});

test('A12.2: it fails when one deployment answers for another', async () => {
	account = await openAccount();
	const one = await deployed();
	await deployed();
	const { aws } = account.world;
	const listener = [...account.world.elb.listeners.values()].find((each) => each.protocol === 'HTTPS');
	const { Rules = [] } = await aws.elb.describeRules({ ListenerArn: listener?.arn ?? '' });
	const pinned = Rules.filter((rule) => rule.Conditions?.[0]?.QueryStringConfig);
	await aws.elb.modifyRule({ RuleArn: pinned[0]?.RuleArn ?? '', Actions: pinned[1]?.Actions ?? [] });
	const result = await verify(account.connect().session, request);
	expect(result.ok).toBe(false);
	expect(result.checks.filter((check) => !check.ok).map((check) => check.path)).toEqual([
		`/_pulse/meta?pulse_deployment=${one}`,
	]);
});
