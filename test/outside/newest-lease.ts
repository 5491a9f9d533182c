/**
 * The lease of `whenNewest` on stores that were not made here: a real Redis that hangs, and that comes back empty, beneath
 * real processes; and Parameter Store as moto has it, over the SDK. Needs redis-server and Python with moto.
 * `npm run build && jiti test/outside/newest-lease.ts`
 */
import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { motoClients } from 'aws-world/wire/moto-clients';
import { parameterLeases } from '../../packages/pulse-aws/src/plugin/newest-lease.ts';
import { readNewest } from '../../packages/pulse-aws/src/plugin/newest-value.ts';
import { newestParameter, stateParameter } from '../../packages/pulse-aws/src/protocol.ts';
import { startRedisServer } from '../../packages/pulse-railway/src/stores/testing/redis-server.ts';
import { startMoto } from '../aws/moto.ts';
import { Fleet } from '../e2e/newest/fleet.ts';
import { until } from '../support/until.ts';

function say(text: string): void {
	process.stdout.write(`${text}\n`);
}

await onRedis();
await onMoto();

async function onRedis(): Promise<void> {
	const fleet = await Fleet.open();
	const { judge, redis } = fleet;
	try {
		if (redis === null) return say('Skipped: there is no redis-server on this machine.');
		const runs = async () => judge.last !== null && performance.now() - judge.last.at < 100;
		const before = judge.last!.fence;
		redis.pause();
		await sleep(1_000);
		redis.resume();
		await sleep(1_500);
		assert.equal(judge.last!.fence, before, 'a pause of a second ends nothing');

		redis.pause();
		await sleep(4_000);
		const idleMs = performance.now() - judge.last!.at;
		assert.ok(idleMs > 900, `nobody may run 3 s after the last answer, and somebody did ${idleMs} ms ago`);
		redis.resume();
		const resumedAt = performance.now();
		await until('work to begin again', runs);
		const backMs = performance.now() - resumedAt;
		assert.ok(judge.last!.fence > before);

		const fence = judge.last!.fence;
		await redis.stop();
		await sleep(1_000);
		const empty = await startRedisServer(redis.port);
		const emptyAt = performance.now();
		await until('a term by the empty store', async () => judge.last!.fence > fence && (await runs()), 20_000);
		const anewMs = performance.now() - emptyAt;
		await empty.stop();
		assert.deepEqual([judge.shared, judge.refused], [[], 0]);
		say(
			`Redis hung: work ended, and began ${Math.round(backMs)} ms after it was back; came back empty: ${Math.round(anewMs)} ms`,
		);
	} finally {
		await fleet.close();
	}
}

async function onMoto(): Promise<void> {
	const moto = await startMoto();
	if ('missing' in moto) return say(`Skipped: ${moto.missing}`);
	try {
		const { ssm } = motoClients(moto.url);
		const state = (id: string, Value: string) =>
			ssm.putParameter({ Name: stateParameter('shop', id), Value, Type: 'String', Overwrite: true });
		await state('v1', 'active');
		const signal = new AbortController().signal;
		const tasks = Array.from({ length: 6 }, () => parameterLeases({ ssm, deploymentName: 'shop', deploymentId: 'v1' }));
		const fences: number[] = [];
		for (let round = 0; round < 12; round++) {
			const answers = await Promise.all(tasks.map((task) => task.ask(signal)));
			const held = answers.filter((answer) => answer.held);
			assert.equal(held.length, 1, `round ${round}: ${held.length} tasks have it`);
			const [one] = held;
			// Taken alone at the end of the round before, it is the same term.
			if (one?.held && one.fence !== fences.at(-1)) fences.push(one.fence);
			const holder = tasks[answers.findIndex((answer) => answer.held)];
			await holder!.release(signal);
			// Every other time all of them ask at once for what is free.
			if (round % 2 === 1) continue;
			const next = await tasks.find((task) => task !== holder)!.ask(signal);
			if (next.held) fences.push(next.fence);
		}
		assert.deepEqual(
			fences,
			[...new Set(fences)].sort((a, b) => a - b),
			'fences grow',
		);
		const { Parameters = [] } = await ssm.getParameterHistory({ Name: newestParameter('shop'), MaxResults: 50 });
		const valid = Parameters.map((one) => readNewest(one.Value ?? '', one.Version ?? 0)).filter(
			({ over, version }) => version === over + 1,
		);
		say(
			`moto: ${fences.length} terms of 6 tasks that ask at once, ${valid.length} of ${Parameters.length} writes count`,
		);
	} finally {
		await moto.stop();
	}
}
