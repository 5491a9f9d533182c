import { Load } from '../support/load.ts';
import { LocalStack } from '../support/local-stack.ts';
import { Tab } from '../support/tab.ts';
import { until } from '../support/until.ts';
import { claimNothingLost } from './claim-nothing-lost.ts';
import { Story, timed } from './story.ts';

/** Leaves everything running and says where. */
const keep = process.argv.includes('--keep');
/** As on a machine without redis-server. */
const redis = process.argv.includes('--sqlite') ? ['--redis', 'sqlite'] : [];
const story = new Story();
let interrupted = false;

async function main(): Promise<void> {
	story.chapter('A platform on this machine');
	const starting = timed(() => LocalStack.up(...redis));
	onInterrupt(starting);
	const { value: stack, seconds: upSeconds } = await starting;
	try {
		story.says(`up in ${upSeconds} s at ${stack.platform.api_url}; the store is ${stack.redis}`);
		const origin = await life(stack);
		if (keep) {
			story.says(`\n   Still running: ${origin}`);
			story.says(
				'Open it in a browser and count. Then, in examples/counter, deploy version three and open a second tab:',
			);
			story.says(`   eval "$(npx pulse-railway local up --detach --dir ${stack.dir})"`);
			story.says(
				`   export ${Object.entries(stack.target)
					.map(([name, id]) => `${name}=${id}`)
					.join(' ')}`,
			);
			story.says('   npx pulse-railway deploy app.ts --env COUNTER_LABEL=three');
			story.says(`Stop it: npx pulse-railway local down --purge --dir ${stack.dir}`);
		}
	} finally {
		if (!keep) await stack.down();
	}
	story.ends();
	process.exitCode = story.false.length === 0 ? 0 : 1;
}

/** The whole life of two deployments; returns the public address. */
async function life(stack: LocalStack): Promise<string> {
	story.chapter('pulse-railway init');
	const { value: origin, seconds: initSeconds } = await timed(() =>
		stack.init('--project-name', 'counter', '--drain-grace-seconds', '2', '--rollback-window', '0'),
	);
	story.says(`router, janitor, store and env service in ${initSeconds} s; the public address is ${origin}`);

	story.chapter('pulse-railway deploy, version one');
	const { value: one, seconds: oneSeconds } = await timed(() => stack.deploy(...version('one')));
	story.says(`${one.deployment_id} is active after ${oneSeconds} s`);
	const oldTab = await Tab.open(origin);
	for (let count = 1; count < 3; count += 1) await oldTab.increment();
	const three = await oldTab.increment();
	story.claims(
		`a tab on version one has counted to ${three.count}`,
		three.count === 3 && three.deployment === one.deployment_id,
	);

	story.chapter('pulse-railway deploy, version two, while people use version one');
	const load = await Load.start({ origin, deployment: one.deployment_id, requestsPerSecond: 200, sockets: 50 });
	const { value: two, seconds: twoSeconds } = await timed(() => stack.deploy(...version('two')));
	const newest = two.deployment_id;
	await until('new visitors to meet version two', async () => (await whoAnswers(origin)) === newest);
	const report = await load.stop();
	story.says(`${newest} is active after ${twoSeconds} s`);
	claimNothingLost(story, report);

	story.chapter('Two versions side by side');
	const four = await oldTab.increment();
	story.claims(
		`the old tab counts on: ${four.count}, still on ${four.deployment}`,
		four.count === 4 && four.deployment === one.deployment_id,
	);
	const newTab = await Tab.open(origin);
	const first = await newTab.increment();
	story.claims(
		`a new visitor starts at ${first.count}, on ${first.deployment}`,
		first.count === 1 && first.deployment === newest,
	);
	await stack.runJanitor();
	const kept = await stack.standing();
	story.claims('the janitor keeps version one while its tab is open', kept.includes(one.deployment_id));

	story.chapter('The last tab of version one goes away');
	oldTab.close();
	const { seconds: goneSeconds } = await timed(() => stack.untilStopped(one.deployment_id, 120_000));
	const left = await stack.standing();
	story.claims(
		`the janitor has stopped ${one.deployment_id} ${goneSeconds} s later, and keeps it to be started again`,
		!left.includes(one.deployment_id),
	);
	story.claims(`${newest} is untouched and counts on`, (await newTab.increment()).count === 2);

	story.chapter('A tab of version one that slept through it all');
	const stale = await fetch(`${origin}/?${new URLSearchParams(oldTab.query)}`);
	story.claims(
		`its next request is told so: ${stale.status}, x-pulse-stale-affinity: ${stale.headers.get('x-pulse-stale-affinity')}`,
		stale.status === 409 && stale.headers.get('x-pulse-stale-affinity') === '1',
	);
	const sleeper = await Tab.reconnect(origin, oldTab);
	await until('the reload', () => sleeper.reloadsTold > 0);
	story.claims('its socket lands on version two, which tells it to reload', sleeper.reloadsTold === 1);
	sleeper.close();
	newTab.close();
	return origin;
}

/** Closed tabs are forgotten after two seconds instead of a minute: the story has no minute to wait. */
function version(label: string): string[] {
	return ['--env', `COUNTER_LABEL=${label}`, '--env', 'COUNTER_SESSION_SECONDS=2'];
}

async function whoAnswers(origin: string): Promise<string | null> {
	const response = await fetch(`${origin}/`);
	await response.arrayBuffer();
	return response.headers.get('x-pulse-selected-deployment');
}

/** Ctrl-C leaves nothing running. The terminal sends it to the command under way as well, whose failure is no news. */
function onInterrupt(starting: Promise<{ value: LocalStack }>): void {
	process.on('SIGINT', () => {
		// npm passes it on a second time.
		if (interrupted) return;
		interrupted = true;
		story.says('\n   Stopping what was started…');
		starting
			.then(({ value }) => value.down())
			.catch(() => {})
			.finally(() => process.exit(130));
	});
}

main().catch((error: unknown) => {
	if (interrupted) return;
	process.stderr.write(`\nThe demo could not go on: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
