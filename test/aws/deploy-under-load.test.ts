import { afterEach, expect, test } from 'vitest';
import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import type { Account } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { counterDeploy, openCounterAccount } from '../demo-aws/counter-account.ts';
import { Load } from '../support/load.ts';
import { until } from '../support/until.ts';

let account: Account | undefined;
afterEach(() => account?.close());

test('a second deploy with a baseline update in its middle, under 200 requests a second and 50 open tabs, costs nobody anything', {
	timeout: 180_000,
}, async () => {
	account = await openCounterAccount();
	const first = await deploy(account.connect().session, await counterDeploy('one'));
	const one = first.result?.deployment_id ?? '';
	const load = await Load.start({
		origin: await account.origin(),
		deployment: one,
		requestsPerSecond: 200,
		sockets: 50,
	});
	// A new schedule of the reaper changes the stack, and with it the listener's default action.
	const second = await deploy(account.connect().session, await counterDeploy('two', { reaperScheduleMinutes: '5' }));
	const two = second.result?.deployment_id ?? '';
	expect(second.plan.steps.map((step) => step.kind)).toContain('deploy-baseline');
	await until('visitors to meet version two', () => (load.answeredBy(two) > 100 ? true : null), 60_000);
	const report = await load.stop();
	process.stdout.write(`Deploy under load: ${JSON.stringify(report)}\n`);
	expect(report).toMatchObject({
		sockets: 50,
		failedRequests: 0,
		lostSockets: 0,
		unansweredMessages: 0,
		wrongVersion: 0,
		complaints: [],
	});
	expect(Object.keys(report.byDeployment).sort()).toEqual([one, two].sort());
	expect(report.requests).toBeGreaterThan(1000);
});
