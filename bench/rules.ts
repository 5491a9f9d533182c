import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Container, Routable, RouteTable } from 'pulse-edge/decide/route-table';
import { createEdge } from 'pulse-edge/entry/edge';
import { createEdgeLog } from 'pulse-edge/report/log';
import type { LoadRequest } from './load.ts';
import { measurePairs } from './pairs.ts';
import { SCENARIOS } from './scenarios.ts';
import { startBackend } from './start-backend.ts';

/**
 * What the rules for container apps cost a request (contract C1; goal for parts 1.05), where the machine is too noisy for two
 * processes to be compared: one edge, whose only version is a Pulse app and a container app in turn, four times a second. Both
 * halves of a pair meet the same neighbours, memory and compiled code. Figures are medians of pairs.
 *
 *     npm run build && npm run bench:rules [seconds for each row, default 30]
 */
const SECONDS = Number(process.argv[2] ?? 30);
const SLICE_MS = 220;
/** For what is under way to end, after each turn. */
const SETTLE_MS = 30;
const WARM_UP_TURNS = 24;
const LOAD = fileURLToPath(new URL('./load.ts', import.meta.url));

const backend = await startBackend();
const container: Container = { affinity: 'tab', healthPath: '/' };
const asApp = (of: Container | undefined): Routable => ({
	id: 'v1',
	serviceName: 'v1',
	state: 'active',
	drainStartedAt: null,
	...(of === undefined ? {} : { container: of }),
});
const APPS = [asApp(undefined), asApp(container)] as const;
let app: Routable = APPS[0];
const table: RouteTable = {
	loaded: true,
	activeId: 'v1',
	canary: null,
	get hasContainers() {
		return app.container !== undefined;
	},
	deployment: (id) => (id === 'v1' ? app : undefined),
	all: () => [app],
	lookUp: () => null,
};
const quiet = () => {};
const print = (line: string) => process.stdout.write(`${line}\n`);
const edge = createEdge({
	network: { address: () => ({ host: '127.0.0.1', port: backend.port }), refresh: () => false },
	log: createEdgeLog({ debug: quiet, info: quiet, warn: quiet, error: quiet }, 'failures'),
	clock: { now: Date.now, sleep: (ms) => sleep(ms) },
	own: () => null,
	requestIdPrefix: '0123abcd',
	resolveRetryMs: 200,
	nodeInternals: true,
	table,
});
const { port } = await edge.listen({ port: 0, host: '127.0.0.1' });
try {
	print(`${'row'.padEnd(50)} ×       quartiles      Pulse, CPU µs`);
	const rows = SCENARIOS.filter(({ name, load }) => name.startsWith('container app') && load.timed === undefined);
	for (const { name, load } of rows) {
		const { first, times, quartiles } = await underLoad(load, () =>
			measurePairs(slice, { seconds: SECONDS, warmUp: WARM_UP_TURNS }),
		);
		const spread = quartiles.map((one) => one.toFixed(2)).join(' to ');
		print(`${name.padEnd(50)} ${times.toFixed(3)}   ${spread}   ${first.toFixed(1)}`);
	}
} finally {
	await edge.close({ budgetMs: 0 });
	await backend.stop();
}

/** CPU of one request, microseconds. */
async function slice(kind: 0 | 1): Promise<number> {
	app = APPS[kind];
	await sleep(SETTLE_MS);
	const requests = requestsSoFar();
	const before = process.cpuUsage();
	await sleep(SLICE_MS);
	const { user, system } = process.cpuUsage(before);
	return (user + system) / (requestsSoFar() - requests);
}

function requestsSoFar(): number {
	let sum = 0;
	for (const { requests } of edge.context.upstreams.all()) sum += requests;
	return sum;
}

async function underLoad<T>(
	load: Omit<LoadRequest, 'port' | 'head' | 'warmupMs' | 'measureMs'>,
	use: () => Promise<T>,
) {
	const child = fork(LOAD, { execArgv: ['--import', import.meta.resolve('jiti/register')] });
	try {
		// It is ended here, not by its own time.
		child.send({ head: 'browser', ...load, port, warmupMs: 0, measureMs: 3_600_000 } satisfies LoadRequest);
		return await use();
	} finally {
		child.kill();
	}
}
