import type { Sample } from 'pulse-deploy-kit/dashboard/view';
import { expect, it } from 'vitest';
import { marksOf } from './marks.ts';
import { peopleSeries, trafficSeries } from './series.ts';

const at = (second: number, versions: Sample['versions']): Sample => ({ at: second * 1000, versions });

it('people stand on each other by state, the whole first, so that each area covers what is below it', () => {
	const samples = [at(1, { one: [2, 3, 4, 1, 5, null, null] })];
	// held 1, busy 2, idle 3, hidden 4, unsaid 5
	expect(peopleSeries('one', samples, 0)).toEqual([[1], [15], [10], [6], [3], [1]]);
});

it('where no page looked, nothing is drawn in between; nor for a version that was not there', () => {
	const samples = [
		at(1, { one: [0, 0, 0, 0, 0, 7, 0] }),
		at(2, { one: [0, 0, 0, 0, 0, 8, 1] }),
		at(60, { two: [0, 0, 0, 0, 0, 1, 0] }),
	];
	expect(trafficSeries('one', samples, 0)).toEqual([
		[1, 2, 3, 60],
		[0, 1, null, null],
		[7, 8, null, null],
	]);
	expect(trafficSeries('one', samples, 1_500)[0]).toEqual([2, 3, 60]);
});

it('marks are what happened to a version, also that another took its place', () => {
	const none = { until: null, percent: null, by: null, reason: null };
	const line = (event: string, id: string, from: string | null) => ({
		...none,
		at: '2026-04-02T12:00:00.000Z',
		event,
		deployment_id: id,
		previous_deployment_id: from,
	});
	const history = [line('deleted', 'one', null), line('activated', 'two', 'one'), line('activated', 'one', null)];
	expect(marksOf('one', history).map(({ text, kind }) => [text, kind])).toEqual([
		['deleted', 'gone'],
		['→ two', 'left'],
		['activated', 'came'],
	]);
});
