import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Refusal } from '../refusal.ts';
import { demandEnvironment } from './caller.ts';
import type { ApiContext } from './context.ts';

export interface MetricsArguments {
	readonly environmentId?: string | null;
	readonly projectId?: string | null;
	readonly serviceId?: string | null;
	readonly measurements: readonly string[];
	readonly groupBy?: readonly string[] | null;
}

export interface Used {
	readonly CPU_USAGE: number;
	readonly MEMORY_USAGE_GB: number;
}

const run = promisify(execFile);
const KIB_IN_GB = 1_000_000_000 / 1024;

/** What the processes of each service use at this moment, as one sample; nothing where this machine has no `ps`. */
export async function metrics(args: MetricsArguments, context: ApiContext) {
	const environment = demandEnvironment(context.caller, context.data, args.environmentId ?? '');
	if (args.groupBy?.join() !== 'SERVICE_ID') throw new Refusal('Metrics are grouped by service here, and nothing else');
	const used = await usedByGroups();
	const services = new Map<string, Used>();
	for (const row of Object.values(context.data.deployments)) {
		if (row.environmentId !== environment.id || (args.serviceId && row.serviceId !== args.serviceId)) continue;
		const all = context.fleet.replicaStatuses(row.id).flatMap(({ pid }) => used.get(pid) ?? []);
		if (all.length > 0) services.set(row.serviceId, all.reduce(sum, services.get(row.serviceId) ?? NOTHING));
	}
	const ts = Math.floor(context.now() / 1000);
	return [...services].flatMap(([serviceId, figures]) =>
		args.measurements.flatMap((measurement) =>
			isKnown(measurement) ? [{ measurement, tags: { serviceId }, values: [{ ts, value: figures[measurement] }] }] : [],
		),
	);
}

const NOTHING: Used = { CPU_USAGE: 0, MEMORY_USAGE_GB: 0 };

const isKnown = (measurement: string): measurement is keyof Used => Object.hasOwn(NOTHING, measurement);

function sum(one: Used, other: Used): Used {
	return {
		CPU_USAGE: one.CPU_USAGE + other.CPU_USAGE,
		MEMORY_USAGE_GB: one.MEMORY_USAGE_GB + other.MEMORY_USAGE_GB,
	};
}

/** By process group, of which each replica is one of its own. CPU is the mean since its start. */
async function usedByGroups(): Promise<ReadonlyMap<number, Used>> {
	const { stdout } = await run('ps', ['-A', '-o', 'pgid=,rss=,pcpu='], { timeout: 2_000 }).catch(() => ({
		stdout: '',
	}));
	const groups = new Map<number, Used>();
	for (const line of stdout.split('\n')) {
		const [group = 0, kib = Number.NaN, percent = Number.NaN] = line.trim().split(/\s+/).map(Number);
		if (Number.isNaN(kib) || Number.isNaN(percent)) continue;
		const more = { CPU_USAGE: percent / 100, MEMORY_USAGE_GB: kib / KIB_IN_GB };
		groups.set(group, sum(groups.get(group) ?? NOTHING, more));
	}
	return groups;
}
