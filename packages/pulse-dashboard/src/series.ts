import type { Sample } from 'pulse-deploy-kit/dashboard/view';
import { STATES } from './states.ts';

/** As a chart takes it: seconds, then one list of values a line. */
export type Series = (number | null)[][];

/** Longer than that between two samples, no page looked: nothing is drawn in between. */
const GAP_MS = 12_000;

/** People by state, each list on top of the ones before it; the whole comes first, so that what is drawn later covers it. */
export function peopleSeries(id: string, samples: readonly Sample[], from: number): Series {
	return withGaps(samples, from, (sample) => {
		const point = sample.versions[id];
		if (point === undefined) return STATES.map(() => null);
		let sum = 0;
		const sums = STATES.map(({ at }) => {
			sum += point[at];
			return sum;
		});
		return sums.reverse();
	});
}

/** Failures, and on top of that line requests a second. */
export function trafficSeries(id: string, samples: readonly Sample[], from: number): Series {
	return withGaps(samples, from, (sample) => {
		const point = sample.versions[id];
		return [point?.[6] ?? null, point?.[5] ?? null];
	});
}

function withGaps(
	samples: readonly Sample[],
	from: number,
	values: (sample: Sample) => readonly (number | null)[],
): Series {
	const rows: (readonly (number | null)[])[] = [];
	let before: Sample | undefined;
	for (const sample of samples) {
		if (sample.at < from) continue;
		const row = values(sample);
		if (before !== undefined && sample.at - before.at > GAP_MS)
			rows.push([before.at / 1000 + 1, ...row.map(() => null)]);
		rows.push([sample.at / 1000, ...row]);
		before = sample;
	}
	const width = rows[0]?.length ?? 1;
	return Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? null));
}
