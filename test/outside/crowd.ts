/**
 * 500 people at a page each, with the official Socket.IO client, through five deploys of three replicas each, a rollback, a
 * recall and janitor runs on the local platform, by the commands that users type. Counted: failed requests, increments that
 * were answered and are not there, answers of another version than the page's, pages whose socket was cut, and how many pages
 * the newest deployment gets in its busiest second.
 *
 *     npm run build && npx jiti test/outside/crowd.ts [people, 500] [seconds between the operator's steps, 15]
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { jsonOf } from '../support/command.ts';
import { LocalStack } from '../support/local-stack.ts';
import { until } from '../support/until.ts';
import { Person, Tally } from './crowd/person.ts';
import { Verdict } from './fresh-stack.ts';

const PEOPLE = Number(process.argv[2] ?? 500);
const BETWEEN_MS = Number(process.argv[3] ?? 15) * 1_000;
/** So many come at once. */
const GROUP = 20;

const verdict = new Verdict();
const stalls = monitorEventLoopDelay({ resolution: 20 });
stalls.enable();
const tally = new Tally();
const stack = await LocalStack.up();
const run = (...args: string[]) => jsonOf<Record<string, unknown>>(args, stack.options);
const deploy = async (id: string) => {
	await stack.deploy('--deployment-id', id, '--backend-replicas', '3', '--yes');
	process.stdout.write(`${id} is active\n`);
};
try {
	const origin = await stack.init();
	await deploy('one');
	const people = Array.from({ length: PEOPLE }, (_, at) => new Person(origin, `person ${at}`, tally));
	for (let at = 0; at < PEOPLE; at += GROUP)
		await Promise.all(people.slice(at, at + GROUP).map((person) => person.open()));
	let over = false;
	const lives = Promise.all(people.map((person) => person.live(() => over)));
	const failed = lives.then(
		() => new Promise<never>(() => {}),
		(error: unknown) => Promise.reject(error),
	);
	const steps: (() => Promise<unknown>)[] = [
		() => deploy('two'),
		() => run('drain', 'one', '--by', '1m', '--yes'),
		() => stack.runJanitor(),
		() => deploy('three'),
		() => run('rollback', '--yes'),
		() => deploy('four'),
		() => run('recall', 'four', '--yes'),
		() => stack.runJanitor(),
		() => deploy('five'),
		() => deploy('six'),
	];
	for (const step of steps) {
		await Promise.race([step(), failed]);
		await Promise.race([delay(BETWEEN_MS), failed]);
	}
	const old = (await stack.status()).deployments.filter(({ deployment_id }) => deployment_id !== 'six');
	for (const { deployment_id } of old) await Promise.race([run('recall', deployment_id, '--yes'), failed]);
	const areThere = () => people.every(({ deployment }) => deployment === 'six');
	await Promise.race([failed, until('everybody on the newest version', areThere, 300_000)]);
	over = true;
	await lives;
	for (const person of people) await person.settle();
	for (const person of people) person.leave();
	const { increments, requests, loads } = tally;
	const busiest = Math.max(...loads.map((from) => loads.filter((at) => at >= from && at < from + 1_000).length));
	process.stdout.write(
		`${PEOPLE} people, ${requests} requests, ${increments} increments, ${loads.length} loads anew, ${busiest} in the busiest second\n`,
	);
	for (const [what, count] of Object.entries(tally.wrong)) verdict.report(what, '0', String(count));
	// Who stands still sees what came meanwhile in one moment.
	const stallS = stalls.max / 1e9;
	process.stdout.write(`the longest that this judge stood still: ${stallS.toFixed(2)} s\n`);
	verdict.report(
		'no second gets more than a fifth of all people',
		'true',
		String(busiest <= (PEOPLE / 5) * (1 + stallS)),
	);
} catch (error) {
	verdict.report('the run', 'ends', error instanceof Error ? error.message : String(error));
} finally {
	for (const fault of tally.told) process.stdout.write(`  ${fault}\n`);
	await stack.down();
}
verdict.close('Nobody noticed.');
