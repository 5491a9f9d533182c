import type { Host } from 'pulse-deploy-kit/host';
import { afterEach, expect, test } from 'vitest';
import { deploy } from './deploy.ts';
import { rollback } from './rollback.ts';
import { teardown } from './teardown.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

const back = { deploymentName: NAME, deploymentId: null, dryRun: false };
const all = { deploymentName: NAME, force: true, pollSeconds: 5, dryRun: false };
const deployed = async () => (await deploy(account.connect({ answers: [true, true] }).session, await asked())).result;

/** A session of a person who thinks about each question while `meanwhile` goes on, and then says yes. */
function thinking(meanwhile: () => Promise<unknown>) {
	const { session, host } = account.connect();
	const questions: string[] = [];
	const ask: Host['ask'] = async ({ text }) => {
		questions.push(text);
		if (questions.length === 1) await meanwhile();
		return true;
	};
	return { session: { ...session, host: { ...host, ask } }, questions, host };
}

test('a person who thinks holds no deploy lock, and is asked again where the plan reads otherwise then', async () => {
	account = await openAccount();
	await deployed();
	const two = await deployed();
	let three: Awaited<ReturnType<typeof deployed>> = null;
	const { session, questions, host } = thinking(async () => {
		three = await deployed();
	});
	const { result } = await rollback(session, back);
	expect(questions).toHaveLength(2);
	expect(host.text()).toContain('Something changed while you were asked');
	expect(result).toMatchObject({ deployment_id: two?.deployment_id });
	expect(result?.marked_draining).toEqual([(three as unknown as typeof two)?.deployment_id]);
});

test('a first deploy that is thought about keeps the id that was agreed to, and is not asked about again', async () => {
	account = await openAccount();
	const { session, questions, host } = thinking(() => account.world.clock.sleep(120_000));
	const { plan, result } = await deploy(session, await asked());
	expect(questions).toEqual(['Create the baseline of shop?']);
	expect(result?.deployment_id).toBe(plan.id);
	expect(host.text()).not.toContain('Something changed');
});

test('a teardown carries out the plan that it has shown, or asks again', async () => {
	account = await openAccount();
	const one = await deployed();
	const two = await deployed();
	const cluster = NAME;
	const { session, questions, host } = thinking(async () => {
		const { aws, clock } = account.world;
		await aws.ecs.updateService({ cluster, service: one?.deployment_id, desiredCount: 0 });
		await aws.ecs.deleteService({ cluster, service: one?.deployment_id, force: true });
		for (const rule of [...account.world.elb.rules.values()]) {
			if (JSON.stringify(rule).includes(`${one?.deployment_id}`)) await aws.elb.deleteRule({ RuleArn: rule.arn });
		}
		await clock.sleep(300_000);
		for (const group of [...account.world.elb.targetGroups.values()]) {
			if (group.arn === one?.target_group_arn) await aws.elb.deleteTargetGroup({ TargetGroupArn: group.arn });
		}
	});
	const { plan, result } = await teardown(session, all);
	expect(result.status).toBe('deleted');
	expect(questions).toHaveLength(2);
	const shown = host.messages.filter(({ level }) => level === 'info').map(({ text }) => text);
	expect(shown[0]).toContain(`Remove ${one?.deployment_id}, ${two?.deployment_id}`);
	expect(shown[1]).toContain(`Remove ${two?.deployment_id} (teardown)`);
	expect(plan?.steps).toContainEqual(expect.objectContaining({ ids: [two?.deployment_id] }));
});

test('a deployment that came since a teardown was agreed to is not deleted with it', async () => {
	account = await openAccount();
	await deployed();
	const { session } = thinking(deployed);
	await expect(teardown(session, all)).rejects.toMatchObject({ code: 'changed' });
});
