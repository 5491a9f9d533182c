import { HAS_OWN_ADDRESSES } from 'aws-world/tasks/task-network';
import { afterEach, expect, test } from 'vitest';
import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import type { Account } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { counterDeploy, openCounterAccount } from '../demo-aws/counter-account.ts';
import { Visitor } from './visitor.ts';

let account: Account | undefined;
afterEach(async () => {
	await account?.close();
	account = undefined;
});

const VISITORS = 8;

test('with two tasks, each of eight tabs whose browsers met the new version finds its state again at the old one (A11.7)', {
	timeout: 200_000,
}, async ({ skip }) => {
	skip(!HAS_OWN_ADDRESSES, 'this machine has no addresses for tasks of their own');
	account = await openCounterAccount();
	// Without a secret of the app's own: what tasks share is in their task definition.
	const flags = { taskEnv: ['COUNTER_LABEL=x', 'COUNTER_SESSION_SECONDS=30'] };
	await deploy(account.connect().session, await counterDeploy('one', flags));
	const origin = await account.origin();
	const visitors = Array.from({ length: VISITORS }, () => new Visitor(origin));
	for (const visitor of visitors) {
		await visitor.load();
		await visitor.connect();
		for (const count of [1, 2, 3]) expect(await visitor.increment()).toBe(count);
		expect(visitor.reloads).toBe(0);
	}
	const tasks = new Set(visitors.map(({ directives }) => directives.query.pulse_replica));
	expect(tasks.size).toBe(2);
	await deploy(account.connect().session, await counterDeploy('two', flags));
	const found = { kept: 0, reloaded: 0, silent: 0 };
	// Not in the order in which the load balancer gave them their tasks, or each would be given its own again.
	const [even, odd] = [0, 1].map((rest) => visitors.filter((_, index) => index % 2 === rest));
	for (const visitor of [...(even ?? []), ...(odd ?? [])]) {
		visitor.leave();
		await (await visitor.get('/logo.png')).text();
		await visitor.connect();
		const count = await visitor.increment();
		found[visitor.reloads > 0 ? 'reloaded' : count === 4 ? 'kept' : 'silent'] += 1;
		visitor.leave();
	}
	process.stdout.write(`Tabs that came back with another version's cookie: ${JSON.stringify(found)}\n`);
	expect(found).toEqual({ kept: VISITORS, reloaded: 0, silent: 0 });
});
