import { type CanaryTraffic, isOnCanary, newVisitor, visitorText } from 'pulse-edge/decide/canary';
import { countEnd, Samples } from 'pulse-edge/forward/samples';
import { expect, it } from 'vitest';
import { randomFrom } from '../../../pulse-edge/src/testing/random.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import { openStore } from '../stores/open.ts';
import { Brake } from './brake.ts';
import { PageErrors } from './page-errors.ts';

interface World {
	/** Of new visitors, in hundredths of a percent. */
	readonly share: number;
	/** Of pages that fail. */
	readonly active: number;
	readonly canary: number;
	/** Of the canary. */
	readonly visitors: number;
}

const PROCESSES = 3;
const NOW = Date.UTC(2030, 0, 1);
const log = { note: () => {}, canaryTrouble: (error: unknown) => Promise.reject(error) };

/** Visitors who open a page each, over several router processes; what fails in it comes to any of them. @returns whether it was halted */
async function isHalted(seed: number, { share, visitors, ...fails }: World): Promise<boolean> {
	const random = randomFrom(seed);
	const store = await openStore('memory:', { prefix: 'seeded', clock: { now: () => NOW, sleep: async () => {} } });
	for (const id of ['one', 'two']) await store.register(id, id);
	await store.promote('one', 'one');
	const canary = await store.beginCanary('two', { share, next: [], everyMs: null });
	const { deployments } = await store.snapshot();
	// Each visitor has one page here: who is counted once is another test's, and costs this one its time.
	const counted = { ...store, claimOnce: async () => true };
	let halted = false;
	const table = {
		...{ canary, rollout: canary, activeId: 'one', stopCanary: () => {} },
		deployment: (wanted: string) => deployments.find(({ id }) => id === wanted),
	};
	const onHalted = (_: DeploymentRecord) => {
		halted = true;
	};
	const processes = Array.from({ length: PROCESSES }, (_, at) => {
		const samples = new Samples();
		const each = { store: counted, table, log, now: () => NOW };
		const brake = new Brake({ ...each, samples, replicaId: `router-${at}`, onHalted, everyMs: 1e9 });
		const errors = new PageErrors({
			...each,
			samples: () => samples,
			tells: async () => true,
			everyMs: 1e9,
			afterMs: 0,
		});
		return { samples, brake, errors };
	});
	const any = () => processes[Math.floor(random() * PROCESSES)]!;
	await Promise.all(processes.map(({ errors }) => errors.look()));
	let onCanary = 0;
	for (let visitor = 0; onCanary < visitors && !halted; visitor++) {
		const drawn = newVisitor(canary as CanaryTraffic, `${seed} ${visitor}`, NOW);
		const side = isOnCanary(drawn) ? 'canary' : 'active';
		countEnd(any().samples.of(canary)[side], false);
		if (random() < fails[side]) {
			const [deploymentId, cookies] = [side === 'canary' ? 'two' : 'one', `pulse_canary=${visitorText(canary, drawn)}`];
			await any().errors.count({ deploymentId, cookies, visitor: `${visitor}`, waitedMs: 0 });
		}
		if (side === 'canary') onCanary++;
		if (visitor % 100 === 0) for (const { brake } of processes) await brake.look();
	}
	for (const { brake, errors } of processes) {
		await brake.look();
		await brake.close();
		errors.close();
	}
	await store.close();
	return halted;
}

const RUNS = Array.from({ length: 20 }, (_, run) => run + 1);
const haltedOf = async (world: World) =>
	(await Promise.all(RUNS.map((seed) => isHalted(seed, world)))).filter(Boolean).length;

it.each([
	['5 % of visitors, 1 of 100 fails beside it', { share: 500, active: 0.01, canary: 0.04 }],
	['25 % of visitors, none fails beside it', { share: 2_500, active: 0, canary: 0.03 }],
])(
	'20 of 20 seeded canaries are halted of which 3 of 100 pages more fail, within 2,000: %s (R8.8)',
	async (_, world) => {
		expect(await haltedOf({ ...world, visitors: 2_000 })).toBe(20);
	},
);

it.each([
	['1 of 50 fails', { share: 1_000, active: 0.02, canary: 0.02 }],
	['each fails', { share: 1_000, active: 1, canary: 1 }],
])('at most 1 of 20 seeded canaries is halted whose pages fail as those beside it: %s (R8.8)', async (_, world) => {
	expect(await haltedOf({ ...world, visitors: 600 })).toBeLessThanOrEqual(1);
});
