import type { Trace } from 'aws-world/calls/trace';
import { afterEach, expect, test } from 'vitest';
import { deploy } from '../commands/deploy.ts';
import { type Account, asked, NAME, openAccount } from '../commands/testing/account.ts';
import { CREATED_TAG, ID_TAG, NAME_TAG, STATE_TAG } from '../deployments/tags.ts';
import { targetGroupName } from '../deployments/target-group-name.ts';
import { type BaselineOutputs, repositoryName } from '../platform/baseline-outputs.ts';
import { stateParameter, taskStateParameter } from '../protocol.ts';
import { briefLock } from '../stack/lock.ts';
import { readBaseline } from '../stack/read-baseline.ts';
import { pinRules } from '../traffic/pin-rules.ts';
import { reaperPolicy } from './policy.ts';
import { type ReaperReport, runReaper } from './run.ts';

const POLICY = reaperPolicy({
	maxAgeHours: 1,
	deploymentTimeoutHours: 1,
	rollbackWindowSeconds: 0,
	rollbackKeep: 1,
});

let account: Account | undefined;
afterEach(async () => {
	await account?.close();
	account = undefined;
});

async function baselineOf(on: Account): Promise<BaselineOutputs> {
	const { outputs } = await readBaseline(on.connect().session, NAME);
	if (outputs === null) throw new Error('there is no baseline');
	return outputs;
}

async function reaped(on: Account): Promise<{ report: ReaperReport; trace: Trace }> {
	const outputs = await baselineOf(on);
	const { session, trace } = on.connect();
	const place = {
		name: NAME,
		cluster: outputs.clusterName,
		listenerArn: outputs.listenerArn,
		vpcId: outputs.vpcId,
		repository: repositoryName(outputs.ecrRepositoryUri),
	};
	const report = await runReaper({
		aws: session.aws,
		place,
		policy: POLICY,
		clock: session.clock,
		signal: session.signal,
		locked: briefLock(session, NAME),
		tell: async () => {},
	});
	return { report, trace };
}

/** What deploys would have left, without their waits: a draining deployment of one task that says it is in use. */
async function addDraining(on: Account, outputs: BaselineOutputs, index: number): Promise<void> {
	const { aws, clock } = on.world;
	const id = `${NAME}-old-${index}`;
	const tags = { [NAME_TAG]: NAME, [ID_TAG]: id, [CREATED_TAG]: String(clock.now() / 1000) };
	const { TargetGroups = [] } = await aws.elb.createTargetGroup({
		Name: targetGroupName(id),
		Protocol: 'HTTP',
		Port: 8000,
		VpcId: outputs.vpcId,
		TargetType: 'ip',
		Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
	});
	const targetGroupArn = TargetGroups[0]?.TargetGroupArn ?? '';
	await aws.elb.createRule({
		ListenerArn: outputs.listenerArn,
		Priority: 1000 + index,
		Conditions: pinRules(id, null)[0]!.conditions,
		Actions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
	});
	await aws.ecs.createService({
		cluster: outputs.clusterName,
		serviceName: id,
		taskDefinition: `${NAME}-app`,
		desiredCount: 1,
		launchType: 'FARGATE',
		networkConfiguration: {
			awsvpcConfiguration: {
				subnets: [...outputs.taskSubnets],
				securityGroups: [outputs.serviceSecurityGroupId],
				assignPublicIp: 'ENABLED',
			},
		},
		loadBalancers: [{ targetGroupArn, containerName: 'app', containerPort: 8000 }],
		tags: [
			...Object.entries(tags).map(([key, value]) => ({ key, value })),
			{ key: STATE_TAG, value: 'draining' },
			{ key: 'drain_started_at', value: String(clock.now() / 1000) },
		],
	});
	for (const Name of [stateParameter(NAME, id), taskStateParameter(NAME, id, 'x')]) {
		await aws.ssm.putParameter({ Name, Value: 'healthy', Type: 'String' });
	}
}

test('its calls grow by pages, not by deployments', { timeout: 60_000 }, async () => {
	account = await openAccount();
	await deploy(account.connect().session, await asked());
	const few = await reaped(account);
	const outputs = await baselineOf(account);
	const COUNT = 90;
	for (let index = 0; index < COUNT; index++) await addDraining(account, outputs, index);
	await account.world.clock.sleep(120_000);
	const many = await reaped(account);
	expect(many.report.kept).toHaveLength(COUNT + 1);
	const calls = (trace: Trace) => trace.summary().calls + trace.summary().polling;
	const [before, after] = [calls(few.trace), calls(many.trace)];
	process.stdout.write(`AWS calls of the reaper: ${before} for 1 deployment, ${after} for ${COUNT + 1}\n`);
	// Ten services or parameters and twenty tagged resources a call at most; pages of parameters may be shorter.
	expect(after - before).toBeLessThan(COUNT * 0.6);
});

test('A10.6: an action that fails keeps no other from being done, and the next run finishes it', async () => {
	account = await openAccount();
	await deploy(account.connect().session, await asked());
	await deploy(account.connect().session, await asked());
	const outputs = await baselineOf(account);
	await account.world.clock.sleep(120_000);
	expect((await reaped(account)).report.drained).toBe(1);
	await account.world.clock.sleep(120_000);
	const { session } = account.connect({ faults: [{ call: 'elb.deleteTargetGroup', nth: 1, kind: 'access-denied' }] });
	const place = {
		name: NAME,
		cluster: outputs.clusterName,
		listenerArn: outputs.listenerArn,
		vpcId: outputs.vpcId,
		repository: NAME,
	};
	const tell = async () => {};
	const { aws, clock, signal } = session;
	const run = { aws, place, policy: POLICY, clock, signal, locked: briefLock(session, NAME), tell };
	const failed = await runReaper(run);
	expect(failed.actions.map((one) => one.outcome)).toContain('failed');
	expect(failed.cleaned).toBe(0);
	expect((await reaped(account)).report.cleaned).toBe(1);
	expect((await reaped(account)).report.actions).toEqual([]);
});

test('two runs at once do no harm', async () => {
	account = await openAccount();
	await deploy(account.connect().session, await asked());
	await deploy(account.connect().session, await asked());
	await account.world.clock.sleep(120_000);
	for (let round = 0; round < 2; round++) {
		const reports = await Promise.all([reaped(account), reaped(account)]);
		expect(reports.flatMap(({ report }) => report.actions.filter((one) => one.outcome === 'failed'))).toEqual([]);
		await account.world.clock.sleep(120_000);
	}
	expect((await reaped(account)).report).toMatchObject({ actions: [], kept: [{ reason: 'active' }] });
});
