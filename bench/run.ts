import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure, median, type Sample } from './measure.ts';
import { PLAIN, startPeers } from './peers/all.ts';
import type { Peer } from './peers/peer.ts';
import { residentKilobytes } from './process-tree.ts';
import { printTable, type Row } from './report.ts';
import { IDLE_SOCKETS, SCENARIOS, type Scenario } from './scenarios.ts';
import { startBackend } from './start-backend.ts';

/**
 * The router beside going direct, nginx, haproxy and a plain Node proxy, on this machine's loopback. Every peer is checked
 * before it is timed; rounds are interleaved, so that a noisy neighbour hits all alike; figures are medians.
 */
const { values: options } = parseArgs({
	options: {
		rounds: { type: 'string', default: '5' },
		seconds: { type: 'string', default: '3' },
		only: { type: 'string', default: '' },
		peers: { type: 'string', default: '' },
	},
});
const rounds = Number(options.rounds);
const measureMs = Number(options.seconds) * 1000;

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const backend = await startBackend();
const peers: Peer[] = [];
const rows: Row[] = [];
const missing = new Set<string>();
try {
	// First: what a process has once used, it rarely gives back, and later sockets would seem free.
	if ('idle sockets'.includes(options.only)) {
		await lineUp(PLAIN);
		rows.push(...(await idleSockets()));
	}
	for (const scenario of SCENARIOS.filter(({ name }) => name.includes(options.only))) {
		await lineUp(scenario.peers ?? PLAIN);
		rows.push(...(await run(scenario)));
	}
} finally {
	for (const peer of peers) await peer.stop();
	await backend.stop();
	rmSync(folder, { recursive: true });
}
printTable(rows, [...missing]);
const results = fileURLToPath(new URL('./results', import.meta.url));
mkdirSync(results, { recursive: true });
const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version };
writeFileSync(
	join(results, 'latest.json'),
	`${JSON.stringify({ machine, rounds, missing: [...missing], rows }, null, 2)}\n`,
);

/** Only who takes part is up: others would use the cores and caches for their own timers meanwhile. */
async function lineUp(names: readonly string[]): Promise<void> {
	const wanted = options.peers.split(',').filter(Boolean);
	for (const peer of peers.filter(({ name }) => !names.includes(name))) {
		await peer.stop();
		peers.splice(peers.indexOf(peer), 1);
	}
	const absent = names.filter(
		(name) => (wanted.length === 0 || wanted.includes(name)) && !peers.some((peer) => peer.name === name),
	);
	for (const told of await startPeers({ backendPort: backend.port, folder }, absent, peers)) missing.add(told);
}

async function run(scenario: Scenario): Promise<Row[]> {
	const samples = new Map<Peer, Sample[]>(peers.map((peer) => [peer, []]));
	for (let round = 0; round < rounds; round++) {
		for (const peer of peers) {
			process.stderr.write(`${scenario.name}: round ${round + 1} of ${rounds}, ${peer.name}\n`);
			samples
				.get(peer)!
				.push(await measure(peer, { ...scenario.load, warmupMs: round === 0 ? 4_000 : 500, measureMs }));
		}
	}
	return peers.map((peer) => row(scenario, peer, samples.get(peer)!));
}

function row(scenario: Scenario, peer: Peer, samples: readonly Sample[]): Row {
	const of = (value: (sample: Sample) => number) => median(samples.map(value));
	return {
		scenario: scenario.name,
		peer: peer.name,
		cpuMicroseconds: of((one) => one.cpuMicroseconds / one.operations / (scenario.megabytes ?? 1)),
		perSecond: of((one) => one.operations / one.seconds),
		p50Ms: of((one) => one.p50),
		p99Ms: of((one) => one.p99),
		failures: samples.reduce((sum, one) => sum + one.failures, 0),
	};
}

/** Resident memory for each open socket, in one round for the same reason. */
async function idleSockets(): Promise<Row[]> {
	const found: Row[] = [];
	for (const peer of peers.filter(({ pids }) => pids.length > 0)) {
		const before = residentKilobytes(peer.pids);
		const load = {
			kind: 'idle-websockets',
			target: '/ws',
			connections: IDLE_SOCKETS,
			warmupMs: 3_000,
			measureMs: 1_000,
		} as const;
		const sample = await measure(peer, load);
		const kilobytes = (sample.residentKilobytes - before) / IDLE_SOCKETS;
		found.push({ scenario: 'idle sockets', peer: peer.name, kilobytesPerSocket: kilobytes, failures: sample.failures });
	}
	return found;
}
