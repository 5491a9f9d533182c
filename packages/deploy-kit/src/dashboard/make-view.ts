import type { DashboardFacts } from './facts.ts';
import { keptLine, nextLines, wayBack } from './next-words.ts';
import { offersFor } from './offers.ts';
import type { DashboardView, Sample, SampleOf, VersionFacts } from './view.ts';

/** Puts what is known into words. */
export function dashboardView(facts: DashboardFacts): DashboardView {
	const { tool, at, place, address, alarms, notes, activeId, versions, history, services } = facts;
	const told = versions.flatMap(({ people }) => people.total ?? []);
	return {
		tool,
		at,
		place,
		address,
		alarms,
		notes,
		activeId,
		people: told.length === 0 ? null : told.reduce((sum, count) => sum + count, 0),
		untold: versions.filter(({ people, state }) => people.total === null && state !== 'pending').length,
		next: nextLines(facts),
		back: wayBack(facts),
		versions: versions.map((version) => ({
			...version,
			kept: keptLine(version, facts),
			offers: offersFor(version, facts),
		})),
		history,
		services,
	};
}

/** What the charts keep of it. */
export function sampleOf({ at, versions }: Pick<DashboardView, 'at' | 'versions'>): Sample {
	return { at, versions: Object.fromEntries(versions.map((version) => [version.id, pointOf(version)])) };
}

function pointOf({ people, requestsPerSecond, failuresPerSecond }: VersionFacts): SampleOf {
	const { busy, idle, hidden, held } = people;
	const said = (busy ?? 0) + (idle ?? 0) + (hidden ?? 0) + (held ?? 0);
	const other = Math.max(0, (people.total ?? 0) - said);
	return [busy ?? 0, idle ?? 0, hidden ?? 0, held ?? 0, other, requestsPerSecond, failuresPerSecond];
}
