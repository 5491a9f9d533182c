/**
 * 500 people at a page each, with the official Socket.IO client, through six deploys of three replicas each, a rollback,
 * recalls and runs of the janitor or reaper, on the local platform or the emulated AWS account. Counted: failed requests,
 * increments that were answered and are not there, answers of another version than the page's, pages whose socket was cut, and
 * how many pages the newest deployment gets in its busiest second. Needs nothing but this machine.
 *
 *     npm run build && npx jiti test/outside/crowd.ts railway|aws [people, 500] [seconds between the operator's steps, 15]
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { openAwsStage } from './crowd/aws-stage.ts';
import { Person, Tally } from './crowd/person.ts';
import { openRailwayStage } from './crowd/railway-stage.ts';
import { Verdict } from './fresh-stack.ts';

const [platform = 'railway', people = '500', between = '15'] = process.argv.slice(2);
const PEOPLE = Number(people);
const BETWEEN_MS = Number(between) * 1_000;
/** So many come at once. */
const GROUP = 20;

const verdict = new Verdict();
const tally = new Tally();
const stalls = monitorEventLoopDelay({ resolution: 20 });
stalls.enable();
const stage = await (platform === 'aws' ? openAwsStage() : openRailwayStage());
let newest = '';
const deploy = async () => {
	newest = await stage.deploy();
	process.stdout.write(`${newest} is active\n`);
};
try {
	await deploy();
	const first = newest;
	const crowd = Array.from({ length: PEOPLE }, (_, at) => new Person(stage.origin, `person ${at}`, tally));
	for (let at = 0; at < PEOPLE; at += GROUP)
		await Promise.all(crowd.slice(at, at + GROUP).map((person) => person.open()));
	let over = false;
	const lives = Promise.all(crowd.map((person) => person.live(() => over)));
	const failed = lives.then(
		() => new Promise<never>(() => {}),
		(error: unknown) => Promise.reject(error),
	);
	const steps: (() => Promise<unknown>)[] = [
		deploy,
		() => stage.recall(first),
		stage.cleanUp,
		deploy,
		stage.rollback,
		deploy,
		() => stage.recall(newest),
		stage.cleanUp,
		deploy,
		deploy,
	];
	for (const step of steps) {
		await Promise.race([step(), failed]);
		await Promise.race([delay(BETWEEN_MS), failed]);
	}
	for (const id of await stage.ids()) if (id !== newest) await Promise.race([stage.recall(id), failed]);
	const areThere = () => crowd.every(({ deployment }) => deployment === newest);
	await Promise.race([failed, until('everybody on the newest version', areThere, 300_000)]);
	over = true;
	await lives;
	for (const person of crowd) await person.settle();
	for (const person of crowd) person.leave();
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
	await stage.close();
}
verdict.close('Nobody noticed.');
