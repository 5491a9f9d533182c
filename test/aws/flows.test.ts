import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import { doctor } from '../../packages/pulse-aws/src/commands/doctor.ts';
import { history } from '../../packages/pulse-aws/src/commands/history.ts';
import { leave } from '../../packages/pulse-aws/src/commands/leave.ts';
import { reap } from '../../packages/pulse-aws/src/commands/reap.ts';
import { rollback } from '../../packages/pulse-aws/src/commands/rollback.ts';
import { rollbackRedeploy } from '../../packages/pulse-aws/src/commands/rollback-redeploy.ts';
import { status } from '../../packages/pulse-aws/src/commands/status.ts';
import { teardown } from '../../packages/pulse-aws/src/commands/teardown.ts';
import { asked, DOMAIN, NAME } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { verify } from '../../packages/pulse-aws/src/commands/verify.ts';
import { deployRequest } from '../../packages/pulse-aws/src/config/deploy.ts';
import { readRules } from '../../packages/pulse-aws/src/platform/traffic.ts';
import { startMoto } from './moto.ts';
import { motoSession } from './moto-session.ts';

let moto: Awaited<ReturnType<typeof startMoto>>;
beforeAll(async () => {
	moto = await startMoto();
	if (!('url' in moto)) return;
	// The CDK makes its own clients, which read nothing but the environment.
	Object.assign(process.env, {
		AWS_ENDPOINT_URL: moto.url,
		AWS_ACCESS_KEY_ID: 'test',
		AWS_SECRET_ACCESS_KEY: 'test',
		AWS_EC2_METADATA_DISABLED: 'true',
	});
}, 400_000);
afterAll(async () => {
	if ('url' in moto) await moto.stop();
});

const YES = Array<boolean>(10).fill(true);
/** AWS's services make no roles of their own, no function is ever called, one task of a service runs whatever is asked, and the quotas do not tell of wildcards. */
const MOTO_LACKS = ['service-roles fail', 'reaper fail', 'tasks warn', 'rule-limit skipped'];
const everyReap = { deploymentName: NAME, deploymentTimeoutHours: 1, dryRun: false };

test('deploy, verify, rollback, reap and teardown pass over the wire, with the baseline as it is synthesized', {
	timeout: 600_000,
}, async ({ skip }) => {
	if ('missing' in moto) return skip(moto.missing);
	const { url } = moto;
	const session = (answers: readonly boolean[] = []) => motoSession(url, answers).session;
	const { aws } = motoSession(url);
	const states = async () =>
		(await status(session(), NAME)).deployments.map((one) => [one.deployment_id, one.state] as const);

	const found = async () => {
		const { checks } = await doctor(session(), { deploymentName: NAME, domain: DOMAIN, report: undefined });
		return checks.filter(({ status }) => status !== 'ok').map(({ check, status }) => `${check} ${status}`);
	};

	// moto issues the certificate at once; on AWS the first run would end here, telling its records.
	const first = await deploy(session(YES), await asked());
	const one = first.result?.deployment_id ?? '';
	expect(first.plan.steps.map((step) => step.kind)).toEqual(
		expect.arrayContaining(['request-certificate', 'await-certificate', 'deploy-baseline']),
	);
	expect(first.result).toMatchObject({ cluster_name: NAME, marked_draining_count: '0', domain_ready: 'True' });
	const { Stacks } = await aws.cloudformation.describeStacks({ StackName: `${NAME}-baseline` });
	expect(Stacks?.[0]?.StackStatus).toBe('CREATE_COMPLETE');

	expect(await found()).toEqual(MOTO_LACKS);

	// From a Pulse app to a container app, under one name.
	const container = {
		deploymentName: NAME,
		domain: DOMAIN,
		container: true,
		nat: 'none',
		rollbackWindow: '0',
		reaperScheduleMinutes: '5',
	};
	const cwd = fileURLToPath(new URL('apps/plain', import.meta.url));
	const second = await deploy(session(), await deployRequest({ flags: container, env: {}, cwd }));
	const two = second.result?.deployment_id ?? '';
	expect(second.plan.steps).toContainEqual(
		expect.objectContaining({ kind: 'deploy-baseline', change: 'update', because: 'its settings changed' }),
	);
	expect(await states()).toEqual([
		[one, 'draining'],
		[two, 'active'],
	]);
	const { Listeners: listeners } = await aws.elb.describeListeners({
		LoadBalancerArn: (await aws.elb.describeLoadBalancers({})).LoadBalancers?.[0]?.LoadBalancerArn,
	});
	const rules = async () => {
		const ListenerArn = listeners?.find((listener) => listener.Protocol === 'HTTPS')?.ListenerArn ?? '';
		const all = await readRules(aws, ListenerArn);
		return [one, two].map((id) => all.filter((rule) => rule.deploymentId === id).length);
	};
	expect(await rules()).toEqual([1, 6]);
	const request = { deploymentName: NAME, domain: null, healthPath: '/_pulse/health' };
	expect((await verify(session(), request)).checks.map((check) => check.found)).toEqual([
		`status 200 of ${two}`,
		`status 200 of ${two}`,
		`status 200 of ${one}`,
		`status 200 of ${two}`,
	]);

	// One task is all that a container app asks for.
	expect(await found()).toEqual(MOTO_LACKS.filter((one) => one !== 'tasks warn').concat('websocket skipped'));

	const back = await rollback(session(YES), { deploymentName: NAME, deploymentId: null, dryRun: false });
	expect(back.result).toMatchObject({ deployment_id: one, marked_draining: [two] });

	const when = { withinSeconds: 3_600, isUsual: false };
	const recall = { verb: 'recall', deploymentName: NAME, deploymentId: two, when, dryRun: false } as const;
	expect((await leave(session(YES), recall)).result).toMatchObject({ recalled: true, rolled_back: false });
	const departure = { Names: [`/apps/${NAME}/${two}/departure/state`] };
	expect((await aws.ssm.getParameters(departure)).Parameters?.[0]?.Value).toMatch(/^recalled by .* said /);
	expect((await status(session(), NAME)).deployments.find((it) => it.deployment_id === two)?.recalled).toBe(true);
	// No task writes its state here, so that only the greatest age ends a drain.
	const young = await reap(session(YES), { ...everyReap, maxAgeHours: 24 });
	expect(young).toMatchObject({ actions: [], kept: expect.arrayContaining([{ id: one, reason: 'active' }]) });
	const ended = await reap(session(YES), { ...everyReap, maxAgeHours: 1e-9 });
	expect(ended.actions.map(({ action, outcome }) => [action.kind, outcome])).toEqual([['scale-down', 'done']]);
	const deleted = await reap(session(YES), { ...everyReap, maxAgeHours: 1e-9 });
	expect(deleted.actions.map(({ action, outcome }) => [action.kind, outcome])).toEqual([['delete-deployment', 'done']]);
	expect(await states()).toEqual([[one, 'active']]);
	expect(await rules()).toEqual([1, 0]);
	const { Parameters } = await aws.ssm.getParametersByPath({ Path: `/apps/${NAME}`, Recursive: true });
	expect(Parameters?.map((parameter) => parameter.Name).sort()).toEqual(
		['owner', 'state'].map((leaf) => `/apps/${NAME}/${one}/${leaf}`),
	);
	const { TargetGroups } = await aws.elb.describeTargetGroups({});
	expect(TargetGroups).toHaveLength(1);
	// On AWS it would be DRAINING for a while.
	const { services } = await aws.ecs.describeServices({ cluster: NAME, services: [two] });
	expect(services?.[0]?.status).toBe('INACTIVE');

	const { entries } = await history(session(), { deploymentName: NAME, deploymentId: null, lines: 10 });
	expect(entries.map((entry) => [entry.event, entry.deployment_id, entry.reason])).toEqual([
		['deleted', two, 'max-age'],
		['retired', two, 'max-age'],
		['recalled', two, null],
		['activated', one, null],
		['activated', two, null],
		['activated', one, null],
	]);
	expect(Math.abs(Date.parse(entries[0]?.at ?? '') - Date.now())).toBeLessThan(600_000);

	// What has ended is made anew of what AWS keeps of it: its task definition and its image.
	const remade = await rollbackRedeploy(session(YES), { deploymentName: NAME, deploymentId: two, dryRun: false });
	const three = remade.result?.deployment_id ?? '';
	expect(remade.result).toMatchObject({ made_of: two, marked_draining: [one] });
	expect(await states()).toEqual([
		[one, 'draining'],
		[three, 'active'],
	]);
	const tagged = await aws.ecr.describeImages({ repositoryName: NAME, imageIds: [{ imageTag: three }] });
	expect(tagged.imageDetails?.[0]?.imageTags?.sort()).toEqual([two, three].sort());
	const told = await history(session(), { deploymentName: NAME, deploymentId: three, lines: 1 });
	expect(told.entries).toMatchObject([{ event: 'activated', made_of: two, previous_deployment_id: one }]);

	const all = { deploymentName: NAME, force: false, pollSeconds: 1, dryRun: false };
	await expect(teardown(session(YES), all)).rejects.toThrow('2 active Pulse service(s) found');
	// moto does not know the property EmptyOnDelete, by which CloudFormation empties the registry itself.
	await aws.ecr.batchDeleteImage({ repositoryName: NAME, imageIds: [{ imageTag: two }] });
	// moto forgets the stack, but not before it stumbles over its network; the second run clears up what is left.
	await expect(teardown(session(YES), { ...all, force: true })).rejects.toThrow('has dependencies');
	expect((await teardown(session(YES), { ...all, force: true })).result.status).toBe('deleted');
	expect((await teardown(session(YES), { ...all, force: true })).result.status).toBe('absent');
	const rest = await aws.ssm.getParametersByPath({ Path: '/', Recursive: true });
	expect(rest.Parameters).toEqual([]);
});
