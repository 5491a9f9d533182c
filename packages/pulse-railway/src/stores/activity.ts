import { decodeRecord, encodeRecord } from '../deployments/record-json.ts';
import { decodeReport, encodeReport } from '../deployments/report-json.ts';
import type { Activity, ActivityReport, DeploymentActivity } from '../deployments/store.ts';
import { seen } from '../deployments/transitions.ts';
import { type Put, valueAt } from './atomic-kv.ts';
import { retryUntilCommitted, type StoreContext } from './transact.ts';

export async function recordActivity(context: StoreContext, report: ActivityReport): Promise<void> {
	const { backend, keys } = context;
	const recordKeys = report.deployments.map(({ id }) => keys.deployment(id));
	await retryUntilCommitted(context, async () => {
		const view = await backend.read(recordKeys);
		const expect = new Map<string, string>();
		const put: Put[] = [
			{ key: keys.replica(report.replicaId), value: encodeReport(report), ttlMs: report.ttlMs, group: keys.replicas },
		];
		const drop: string[] = [];
		for (const { id, lastSeenAt, inFlight, sockets, tabs = 0 } of report.deployments) {
			const key = keys.deployment(id);
			const json = valueAt(view, key);
			const record = json === null ? null : decodeRecord(id, json);
			if (json === null || record === null) continue;
			expect.set(key, json);
			const updated = seen(record, lastSeenAt);
			if (updated !== record) put.push({ key, value: encodeRecord(updated), group: keys.deployments });
			const lease = keys.lease(id, report.replicaId);
			if (inFlight + sockets + tabs > 0) put.push({ key: lease, value: String(report.at / 1000), ttlMs: report.ttlMs });
			else drop.push(lease);
		}
		return (await backend.commit({ expect, put, drop })) || null;
	});
}

export async function readActivity({ backend, keys }: StoreContext): Promise<Activity> {
	const { groups } = await backend.read([], [keys.deployments, keys.replicas]);
	const reports = [...(groups.get(keys.replicas.prefix) ?? [])].flatMap(
		([replicaId, json]) => decodeReport(replicaId, json) ?? [],
	);
	const deployments = new Map<string, DeploymentActivity>();
	for (const [id, json] of groups.get(keys.deployments.prefix) ?? []) {
		const lastSeenAt = decodeRecord(id, json)?.lastSeenAt ?? null;
		deployments.set(id, { id, lastSeenAt, inFlight: 0, sockets: 0, requestRate: 0 });
	}
	const silent = new Set<string>();
	for (const part of reports.flatMap((report) => report.deployments)) {
		const sum = deployments.get(part.id);
		if (!sum) continue;
		if (part.failureRate === undefined) silent.add(part.id);
		const tabs = (sum.tabs ?? 0) + (part.tabs ?? 0);
		deployments.set(part.id, {
			id: part.id,
			// 0 is never: it was only asked for what others lack.
			lastSeenAt: Math.max(sum.lastSeenAt ?? 0, part.lastSeenAt) || null,
			inFlight: sum.inFlight + part.inFlight,
			sockets: sum.sockets + part.sockets,
			requestRate: sum.requestRate + part.requestRate,
			...(silent.has(part.id) ? {} : { failureRate: (sum.failureRate ?? 0) + (part.failureRate ?? 0) }),
			...(tabs === 0 ? {} : { tabs, ...summed(sum, part) }),
		});
	}
	return {
		deployments,
		replicas: reports.map(({ replicaId, at, revision }) => ({ replicaId, at, revision })),
		tabsWholeAt: wholeAt(reports),
	};
}

/** What one of them does not tell is not known of all. */
function summed(
	sum: Pick<DeploymentActivity, 'tabs' | 'tabsBy'>,
	part: Pick<DeploymentActivity, 'tabs' | 'tabsBy'>,
): Pick<DeploymentActivity, 'tabsBy'> {
	const both = [sum, part].filter(({ tabs = 0 }) => tabs > 0).map(({ tabsBy }) => tabsBy);
	const told = both.flatMap((by) => by ?? []);
	if (told.length < both.length) return {};
	const add = (key: 'held' | 'hidden') => told.reduce((total, by) => total + by[key], 0);
	return { tabsBy: { held: add('held'), hidden: add('hidden') } };
}

function wholeAt(reports: readonly Pick<ActivityReport, 'tabsWholeAt'>[]): number | null {
	const each = reports.map(({ tabsWholeAt = Number.POSITIVE_INFINITY }) => tabsWholeAt);
	const last = Math.max(...each);
	return Number.isFinite(last) ? last : null;
}
