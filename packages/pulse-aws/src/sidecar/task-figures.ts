import type { ForwardContext } from 'pulse-edge/forward/context';
import type { TaskFigures } from '../task/metrics.ts';

/** As this task's edge counts. */
export function taskFigures({ upstreams, failures }: Pick<ForwardContext, 'upstreams' | 'failures'>): TaskFigures {
	const sum = { requests: 0, inFlight: 0, sockets: 0, bytesIn: 0, bytesOut: 0 };
	const failed: Record<string, number> = { ...failures };
	for (const one of upstreams.all()) {
		for (const key of ['requests', 'inFlight', 'sockets', 'bytesIn', 'bytesOut'] as const) sum[key] += one[key];
		for (const [cause, count] of Object.entries(one.failures)) failed[cause] = (failed[cause] ?? 0) + count;
	}
	return { ...sum, failures: failed, residentBytes: process.memoryUsage.rss() };
}
