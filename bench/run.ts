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
import { HELD, SCENARIOS, type Scenario, type ScenarioRow } from './scenarios.ts';
import { startBackend } from './start-backend.ts';

/**
 * The router beside going direct, nginx, haproxy and a plain Node proxy, on this machine's loopback. Heads are as browsers and
 * apps send them, unless the row says bare. Every peer is checked before it is timed, and timed alone; rounds are
 * interleaved, so that a noisy neighbour hits all alike; figures are medians.
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

/** For the code to be compiled; every sample is of a process that has just begun. */
const WARM_UP_MS = 4_000;

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const backend = await startBackend();
const wanted = options.peers.split(',').filter(Boolean);
const rows: Row[] = [];
const missing = new Set<string>();
try {
	const wanted = ({ name }: Scenario) => name.includes(options.only);
	for (const scenario of HELD.filter(wanted)) rows.push(...(await held(scenario)));
	for (const scenario of SCENARIOS.filter(wanted)) rows.push(...(await run(scenario)));
} finally {
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

async function run(scenario: Scenario): Promise<Row[]> {
	const samples = new Map<string, Sample[]>();
	for (let round = 0; round < rounds; round++) {
		for (const { name, peer } of rowsOf(scenario)) {
			process.stderr.write(`${scenario.name}: round ${round + 1} of ${rounds}, ${name}\n`);
			const sample = await alone(peer, (running) =>
				measure(running, { head: 'browser', ...scenario.load, warmupMs: WARM_UP_MS, measureMs }),
			);
			if (sample !== null) samples.set(name, [...(samples.get(name) ?? []), sample]);
		}
	}
	return [...samples].map(([name, own]) => row(scenario, name, own));
}

function rowsOf({ rows, peers }: Scenario): readonly ScenarioRow[] {
	return rows ?? taking(peers).map((name) => ({ name, peer: name }));
}

function taking(names: readonly string[] = PLAIN): readonly string[] {
	return names.filter((name) => wanted.length === 0 || wanted.includes(name));
}

/**
 * With a peer beside which no other one runs. The same router costs half as much again for each request when it is the third
 * process that was started here: so all have to be the first. Null when this machine does not have it.
 */
async function alone<T>(name: string, use: (peer: Peer) => Promise<T>): Promise<T | null> {
	const peers: Peer[] = [];
	try {
		for (const told of await startPeers({ backendPort: backend.port, folder }, [name], peers)) missing.add(told);
		return peers[0] === undefined ? null : await use(peers[0]);
	} finally {
		for (const peer of peers) await peer.stop();
	}
}

function row(scenario: Scenario, peer: string, samples: readonly Sample[]): Row {
	const of = (value: (sample: Sample) => number) => median(samples.map(value));
	return {
		scenario: scenario.name,
		peer,
		cpuMicroseconds: of((one) => one.cpuMicroseconds / one.operations / (scenario.megabytes ?? 1)),
		perSecond: of((one) => one.operations / one.seconds),
		p50Ms: of((one) => one.p50),
		p99Ms: of((one) => one.p99),
		failures: samples.reduce((sum, one) => sum + one.failures, 0),
	};
}

/** Resident memory for each open connection, once: what a process has used, it rarely gives back. */
async function held(scenario: Scenario): Promise<Row[]> {
	const found: Row[] = [];
	for (const { name, peer } of rowsOf(scenario).filter(({ name }) => name !== 'direct')) {
		const result = await alone(peer, async (running) => {
			const before = residentKilobytes(running.pids);
			const load = { head: 'browser', ...scenario.load, warmupMs: 3_000, measureMs: 1_000 } as const;
			const sample = await measure(running, load);
			const kilobytes = (sample.residentKilobytes - before) / scenario.load.connections;
			return { kilobytes, failures: sample.failures };
		});
		if (result !== null) {
			const { kilobytes, failures } = result;
			found.push({ scenario: scenario.name, peer: name, kilobytesPerSocket: kilobytes, failures });
		}
	}
	return found;
}
