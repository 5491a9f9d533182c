import type { DashboardFacts } from './facts.ts';
import type { Offer, VersionFacts } from './view.ts';

/** What a person may do with a version now; the command itself has the last word. */
export function offersFor(
	{ id, state, leaveBy }: VersionFacts,
	{ activeId }: Pick<DashboardFacts, 'activeId'>,
): readonly Offer[] {
	if (id === activeId) return [RECALL];
	if (state === 'canary') return [WIDEN, PROMOTE, RECALL];
	if (state === 'pending') return [PROMOTE];
	if (state !== 'draining') return [];
	const back: Offer = {
		verb: 'rollback',
		label: 'Roll back to it',
		describe: `New visitors get it again${leaveBy === null ? '' : ', and nobody has to leave it'}.`,
	};
	return [back, DRAIN, RECALL];
}

/** Of versions that do not run. */
export function offersAgain({ redeployable }: Pick<DashboardFacts, 'redeployable'>) {
	return redeployable.map((id) => ({ id, offer: redeploy(id) }));
}

const redeploy = (id: string): Offer => ({
	verb: 'redeploy',
	label: `Start ${id} again`,
	describe: 'It is started beside what runs, and new visitors get it once it answers.',
});

const PROMOTE: Offer = { verb: 'promote', label: 'Promote', describe: 'All new visitors get it.' };

const WIDEN: Offer = {
	verb: 'promote',
	label: 'Widen',
	describe: 'A larger share of new visitors gets it.',
	asks: { key: 'to', label: 'Share of new visitors', usual: '25%', hint: '25%, or 25%,100% as a schedule' },
};

const DRAIN: Offer = {
	verb: 'drain',
	label: 'Drain by…',
	describe: 'Whoever is left on it is moved by a time.',
	asks: { key: 'by', label: 'By when', usual: '2h', hint: '18:00, or 2h' },
};

const RECALL: Offer = {
	verb: 'recall',
	label: 'Recall',
	describe: 'It is bad: everybody is moved off it, when that harms nobody, and then whatever they do.',
	asks: { key: 'within', label: 'Within', usual: '10m', hint: '90s, 10m, 1h' },
};
