import { afterEach, expect, test } from 'vitest';
import type { Session } from '../adapters/session.ts';
import type { Aws } from '../platform/aws.ts';
import { deploy } from './deploy.ts';
import { reap } from './reap.ts';
import { rollback } from './rollback.ts';
import { teardown } from './teardown.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

type Call = (input: object) => Promise<object>;
type Service = Readonly<Record<string, Call>>;

/** The SDK repeats a call whose answer was lost, also one that was carried out. Here that happens to every change. */
function repeating(session: Session): Session {
	const services = Object.entries(session.aws).map(([name, service]) => [
		name,
		typeof service === 'object' ? Object.fromEntries(Object.entries(service as Service).map(twice)) : service,
	]);
	return { ...session, aws: Object.fromEntries(services) as Aws };
}

function twice([name, call]: [string, Call]): [string, Call] {
	// A parameter is overwritten by the same value; what that does to the lock is told in its own test.
	if (/^(describe|list|get|putParameter)/.test(name)) return [name, call];
	return [
		name,
		async (input) => {
			await call(input);
			return call(input);
		},
	];
}

test('no change is the worse for being sent twice', async () => {
	account = await openAccount({ certificate: false });
	account.world.zones.add('example.com');
	const session = () => repeating(account.connect({ answers: Array(10).fill(true) }).session);
	const states = () => account.world.ecs.services.filter((one) => one.status === 'ACTIVE').map((one) => one.name);
	const one = (await deploy(session(), await asked({ route53: true }))).result?.deployment_id;
	// With a change of the baseline in its middle.
	const two = (await deploy(session(), await asked({ reaperScheduleMinutes: '5' }))).result?.deployment_id;
	expect(states()).toEqual([one, two]);
	expect((await rollback(session(), { deploymentName: NAME, deploymentId: null, dryRun: false })).result).toMatchObject(
		{
			deployment_id: one,
		},
	);
	const pass = { deploymentName: NAME, maxAgeHours: 0.02, deploymentTimeoutHours: 1, dryRun: false };
	for (let round = 0; round < 2; round++) {
		await account.world.clock.sleep(120_000);
		const { actions } = await reap(session(), pass);
		expect(actions.filter((action) => action.outcome !== 'done')).toEqual([]);
	}
	expect(states()).toEqual([one]);
	const all = { deploymentName: NAME, force: true, pollSeconds: 5, dryRun: false };
	expect((await teardown(session(), all)).result.status).toBe('deleted');
});
