import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { metricLines, publishMetrics, type TaskFigures } from './metrics.ts';

const PLACE = { deploymentName: 'prod', deploymentId: 'prod-1' };
const NONE: TaskFigures = { requests: 0, inFlight: 0, sockets: 0, residentBytes: 0 };

test('a minute is told as what it gained, by the names that the router has on Railway (A17.1)', () => {
	const before = { ...NONE, requests: 100, failures: { unreachable: 2 }, bytesIn: 10, bytesOut: 50 };
	const now = {
		...{ requests: 160, inFlight: 3, sockets: 7, residentBytes: 55e6 },
		...{ failures: { unreachable: 5, 'closed-early': 1 }, bytesIn: 30, bytesOut: 950 },
	};
	const [whole, ...byCause] = metricLines(PLACE, before, now, 1_000) as Record<string, unknown>[];
	expect(whole).toMatchObject({
		...{ deployment_name: 'prod', deployment: 'prod-1' },
		...{ pulse_router_requests_total: 60, pulse_router_requests_in_flight: 3, pulse_router_open_sockets: 7 },
		...{ pulse_router_failures_total: 4, pulse_router_request_bytes_total: 20, pulse_router_response_bytes_total: 900 },
		pulse_router_resident_bytes: 55e6,
	});
	expect(byCause.map(({ cause, pulse_router_failures_total: count }) => [cause, count])).toEqual([
		['unreachable', 3],
		['closed-early', 1],
	]);
});

test('each metric and dimension that a line names is a member of it, as CloudWatch asks (A17.1)', () => {
	const now = { ...NONE, requests: 4, failures: { unreachable: 1 }, bytesIn: 1, bytesOut: 1 };
	for (const line of metricLines(PLACE, NONE, now, 5) as Record<string, unknown>[]) {
		const { Timestamp, CloudWatchMetrics } = line._aws as {
			Timestamp: number;
			CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
		};
		expect(Timestamp).toBe(5);
		for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
			expect(Namespace).toBe('Pulse');
			for (const name of Dimensions.flat()) expect(line[name], name).toEqual(expect.any(String));
			for (const { Name } of Metrics) expect(line[Name], Name).toEqual(expect.any(Number));
		}
	}
});

test('a task tells them each minute, and what is left when it ends (A17.1)', async () => {
	const told: Record<string, unknown>[] = [];
	const ending = new AbortController();
	let minutes = 0;
	const clock = {
		now: () => minutes * 60_000,
		async sleep(_ms: number, signal?: AbortSignal) {
			if (++minutes <= 2) return;
			await delay(60_000, undefined, signal === undefined ? {} : { signal });
		},
	};
	let requests = 0;
	const figures = () => {
		requests += 5;
		return { ...NONE, requests };
	};
	const log = { info: (fields: object) => void told.push(fields as Record<string, unknown>) };
	const publishing = publishMetrics({ ...PLACE, figures, log, clock, signal: ending.signal });
	await delay(20);
	ending.abort();
	await publishing;
	expect(told.map((line) => line.pulse_router_requests_total)).toEqual([5, 5, 5]);
});
