import type { Account } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { claimNothingLost } from '../demo/claim-nothing-lost.ts';
import { Story, timed } from '../demo/story.ts';
import { Load } from '../support/load.ts';
import { Tab } from '../support/tab.ts';
import { until } from '../support/until.ts';
import { openCounterAccount, SPEED } from './counter-account.ts';
import { Operator } from './operator.ts';

const story = new Story();

async function main(): Promise<void> {
	story.chapter('An AWS account in memory');
	const account = await openCounterAccount();
	process.once('SIGINT', () => void account.close().finally(() => process.exit(130)));
	story.says(`its time runs ${SPEED} times as fast; load balancer, sockets and tasks are real, each task a process`);
	try {
		await life(account);
	} finally {
		await account.close();
	}
	story.ends();
	process.exitCode = story.false.length === 0 ? 0 : 1;
}

/** The whole life: two deployments, the end of the first, a bad third one, and the end of everything. */
async function life(account: Account): Promise<void> {
	const operator = new Operator(account);
	story.chapter('pulse-aws deploy, the first of this account');
	const { value: one, seconds: oneSeconds } = await timed(() => operator.deploy('one'));
	const origin = await account.origin();
	story.says(`baseline and ${one} in ${oneSeconds} s; the load balancer is at ${origin}`);
	const oldTab = await Tab.open(origin);
	for (let count = 1; count < 3; count += 1) await oldTab.increment();
	const three = await oldTab.increment();
	story.claims(`a tab on it has counted to ${three.count}`, three.count === 3 && three.deployment === one);

	story.chapter('pulse-aws deploy, version two, while people use version one');
	const load = await Load.start({ origin, deployment: one, requestsPerSecond: 200, sockets: 50 });
	const { value: two, seconds: twoSeconds } = await timed(() => operator.deploy('two'));
	await until('new visitors to meet version two', () => load.answeredBy(two) > 0);
	story.says(`${two} is active after ${twoSeconds} s`);
	claimNothingLost(story, await load.stop());

	story.chapter('Two versions side by side');
	const four = await oldTab.increment();
	story.claims(`the old tab counts on: ${four.count}, still on ${one}`, four.count === 4 && four.deployment === one);
	const newTab = await Tab.open(origin);
	const first = await newTab.increment();
	story.claims(`a new visitor starts at ${first.count}, on ${two}`, first.count === 1 && first.deployment === two);
	const checks = await operator.verify();
	story.claims(`pulse-aws verify: each of ${checks.deployments} deployments answers for itself`, checks.ok);
	await operator.minutes(2);
	const kept = await operator.reap();
	story.claims(`the reaper keeps ${one}: its tab is open`, kept.get(one) === 'in-use', `it says ${kept.get(one)}`);

	story.chapter('The last tab of version one goes away');
	oldTab.close();
	const { seconds: goneSeconds } = await timed(() => operator.untilReaped(one));
	story.claims(`the reaper has deleted ${one} ${goneSeconds} s later`, !(await operator.states()).has(one));
	const left = operator.remnantsOf(one);
	story.claims('no rule, target group, task or parameter of it is left', left.length === 0, left.join(', '));
	story.claims(`${two} is untouched and counts on`, (await newTab.increment()).count === 2);

	story.chapter('A tab of version one that slept through it all');
	const stale = await fetch(`${origin}/?${new URLSearchParams(oldTab.query)}`);
	const marker = stale.headers.get('x-pulse-stale-affinity');
	story.claims(
		`its next request is told so: ${stale.status}, x-pulse-stale-affinity: ${marker}`,
		stale.status === 409 && marker === '1',
	);
	const sleeper = await Tab.reconnect(origin, oldTab);
	await until('the reload', () => sleeper.reloadsTold > 0);
	story.claims('its socket lands on version two, which tells it to reload', sleeper.reloadsTold === 1);
	sleeper.close();

	story.chapter('Version three is a mistake: pulse-aws rollback');
	const bad = await operator.deploy('three, a mistake');
	const badTab = await Tab.open(origin);
	story.claims(`new visitors are on ${bad}`, (await badTab.increment()).deployment === bad);
	const { value: back, seconds: backSeconds } = await timed(() => operator.rollback());
	story.claims(`back on ${back} after ${backSeconds} s, without a start of anything`, back === two);
	const visitor = await Tab.open(origin);
	story.claims('new visitors are on it', (await visitor.increment()).deployment === two);
	story.claims('its own tab never noticed', (await newTab.increment()).count === 3 && newTab.lost === 0);
	story.claims('the tab on the mistake counts on until it closes', (await badTab.increment()).count === 2);
	for (const tab of [newTab, badTab, visitor]) tab.close();

	story.chapter('pulse-aws teardown');
	const refused = await operator.teardown(false);
	story.claims(`it refuses while deployments run: ${refused}`, /^2 active Pulse service\(s\) found/.test(refused));
	const { value: ended, seconds: downSeconds } = await timed(() => operator.teardown(true));
	const remains = operator.remnantsOf('');
	story.claims(
		`with --force nothing is left after ${downSeconds} s`,
		ended === 'deleted' && remains.length === 0,
		[ended, ...remains].join(', '),
	);
}

main().catch((error: unknown) => {
	process.stderr.write(`\nThe demo could not go on: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
