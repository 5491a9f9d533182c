import { afterEach, expect, test } from 'vitest';
import { newDeploymentId } from '../deployments/id.ts';
import { ownerParameter } from '../protocol.ts';
import { deploy } from './deploy.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

/** Runs `act` when a deploy asks for its id, with that parameter's name. */
const whenAsked = (act: (parameter: string) => Promise<unknown>) => ({
	async before({ call, input }: { call: string; input: unknown }) {
		const { Name = '' } = input as { Name?: string };
		if (call === 'ssm.putParameter' && Name.endsWith('/owner')) await act(Name);
	},
});

test('of two machines that choose the same id, the second is refused before it has made anything', async () => {
	account = await openAccount();
	const { world } = account;
	await deploy(account.connect({ answers: [true] }).session, await asked());
	const made = () => [world.ecs.services.length, world.ecs.definitions.size, world.elb.targetGroups.size];
	const before = made();
	const rival = whenAsked((Name) =>
		world.aws.ssm.putParameter({ Name, Value: 'b@elsewhere [1]', Type: 'String', Overwrite: false }),
	);
	const { session, host } = account.connect({ answers: [true], ...rival });
	await expect(deploy(session, await asked())).rejects.toMatchObject({
		code: 'deployment-id-taken',
		detail: expect.stringContaining('b@elsewhere'),
	});
	expect(host.messages.at(-1)?.text).toMatch(/^Nothing was made of shop-\S+; nothing has changed for visitors$/);
	expect(made()).toEqual(before);
	const { Parameters } = await world.aws.ssm.getParametersByPath({ Path: `/apps/${NAME}/`, Recursive: true });
	expect(Parameters?.map((one) => one.Value)).toContain('b@elsewhere [1]');
});

test('an id that another run has reserved and made nothing of yet is not chosen', async () => {
	account = await openAccount();
	const { world } = account;
	await deploy(account.connect({ answers: [true] }).session, await asked());
	const id = newDeploymentId(NAME, world.clock.now(), []);
	const Name = ownerParameter(NAME, id);
	await world.aws.ssm.putParameter({ Name, Value: 'b@elsewhere [1]', Type: 'String', Overwrite: false });
	const { plan } = await deploy(account.connect().session, await asked(), { dryRun: true });
	expect(plan.id).not.toBe(id);
});

test('an answer that was lost is no rival', async () => {
	account = await openAccount();
	const { session } = account.connect({ answers: [true] });
	const { ssm } = session.aws;
	const putParameter: typeof ssm.putParameter = async (input) => {
		const answer = await ssm.putParameter(input);
		return input.Name?.endsWith('/owner') && !input.Overwrite ? ssm.putParameter(input) : answer;
	};
	const twice = { ...session, aws: { ...session.aws, ssm: { ...ssm, putParameter } } };
	expect((await deploy(twice, await asked())).result?.deployment_id).toMatch(/^shop-/);
});
