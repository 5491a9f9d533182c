import type { Clock } from 'pulse-deploy-kit/clock';

/** What a task counts, from its start: only `inFlight` and `sockets` may fall. */
export interface TaskFigures {
	readonly requests: number;
	readonly inFlight: number;
	readonly sockets: number;
	/** Bodies and websockets, from clients and to them; absent where they are not counted. */
	readonly bytesIn?: number;
	readonly bytesOut?: number;
	/** Requests that the sidecar failed or refused, by cause. */
	readonly failures?: Readonly<Record<string, number>>;
	readonly residentBytes: number;
}

export interface MetricsWatch {
	readonly deploymentName: string;
	readonly deploymentId: string;
	readonly figures: () => TaskFigures;
	/** One JSON object a line, which the log driver brings to CloudWatch Logs. */
	readonly log: { info(fields: object, message: string): void };
	readonly clock: Clock;
	readonly signal: AbortSignal;
}

const EVERY_MS = 60_000;
const NAMESPACE = 'Pulse';

/**
 * Tells each minute what this task has counted, in CloudWatch's embedded metric format: whatever brings the log to CloudWatch
 * brings the metrics along, so that a task needs no right and no agent for them. The names are those of `/metrics` of the router
 * of pulse-railway; what is a counter there is told as what it gained within the minute, of which CloudWatch makes sums. Ends when
 * the signal aborts, with what is left.
 */
export async function publishMetrics(watch: MetricsWatch): Promise<void> {
	let before: TaskFigures = { requests: 0, inFlight: 0, sockets: 0, residentBytes: 0 };
	for (let ended = false; !ended; ) {
		await watch.clock.sleep(EVERY_MS, watch.signal).catch(() => {
			ended = true;
		});
		const now = watch.figures();
		for (const line of metricLines(watch, before, now, watch.clock.now())) watch.log.info(line, 'metrics');
		before = now;
	}
}

type Place = Pick<MetricsWatch, 'deploymentName' | 'deploymentId'>;

/** One line for the deployment, and one for each cause that failed anything. @param at Unix ms */
export function metricLines(place: Place, before: TaskFigures, now: TaskFigures, at: number): object[] {
	const { deploymentName: deployment_name, deploymentId: deployment } = place;
	const gained = (key: 'requests' | 'bytesIn' | 'bytesOut') => Math.max(0, (now[key] ?? 0) - (before[key] ?? 0));
	const failed = Object.entries(now.failures ?? {})
		.map(([cause, count]) => [cause, count - (before.failures?.[cause] ?? 0)] as const)
		.filter(([, count]) => count > 0);
	const all = failed.reduce((sum, [, count]) => sum + count, 0);
	const metrics: Metric[] = [
		['pulse_router_requests_total', 'Count', gained('requests')],
		['pulse_router_requests_in_flight', 'Count', now.inFlight],
		['pulse_router_open_sockets', 'Count', now.sockets],
		...(now.failures === undefined ? [] : ([['pulse_router_failures_total', 'Count', all]] as const)),
		...(now.bytesIn === undefined ? [] : ([['pulse_router_request_bytes_total', 'Bytes', gained('bytesIn')]] as const)),
		...(now.bytesOut === undefined
			? []
			: ([['pulse_router_response_bytes_total', 'Bytes', gained('bytesOut')]] as const)),
		['pulse_router_resident_bytes', 'Bytes', now.residentBytes],
	];
	const own = embedded([['deployment_name'], ['deployment_name', 'deployment']], metrics, at);
	return [
		{ ...own, deployment_name, deployment },
		...failed.map(([cause, count]) => ({
			...embedded([['deployment_name', 'cause']], [['pulse_router_failures_total', 'Count', count]], at),
			...{ deployment_name, deployment, cause },
		})),
	];
}

export type Metric = readonly [name: string, unit: 'Count' | 'Bytes', value: number];

/** Metrics as members of a log line, and where they are to be found (CloudWatch embedded metric format, version 0). */
export function embedded(dimensions: readonly (readonly string[])[], metrics: readonly Metric[], at: number): object {
	const CloudWatchMetrics = [
		{ Namespace: NAMESPACE, Dimensions: dimensions, Metrics: metrics.map(([Name, Unit]) => ({ Name, Unit })) },
	];
	return {
		_aws: { Timestamp: at, CloudWatchMetrics },
		...Object.fromEntries(metrics.map(([name, , value]) => [name, value])),
	};
}
