import { describe, expect, it } from 'vitest';
import { dashboardView, sampleOf } from './make-view.ts';
import { NOON, people, twoVersions, version } from './testing/facts.ts';
import type { VersionFacts } from './view.ts';

const keep = (reason: string, until: number | null = null, detail: string | null = null) =>
	({ action: 'keep', reason, detail, until }) as const;
const nextOf = (old: VersionFacts) =>
	dashboardView(twoVersions({ versions: [version('two', 'active'), old] })).next.map(({ text }) => text)[1];

describe('the words of a dashboard', () => {
	it('say how many people are on which version, what happens next, and how to go back', () => {
		const view = dashboardView(twoVersions());
		expect([view.people, view.untold]).toEqual([42, 0]);
		expect(view.next[0]?.text).toBe('New visitors get two.');
		expect(view.back).toEqual({
			id: 'one',
			label: 'Roll back to one',
			text: expect.stringContaining('New visitors get one again'),
			again: [],
		});
		expect(view.back.text).toContain('pulse-railway rollback');
	});

	it('say what to do first where nothing is deployed, and that there is nothing to go back to', () => {
		const view = dashboardView(twoVersions({ versions: [], activeId: null, rollbackTo: null }));
		expect(view.next.map(({ text }) => text)).toEqual(['Nothing is deployed yet. First: pulse-railway deploy']);
		const text = 'Nothing is active yet: there is nothing to go back to.';
		expect(view.back).toEqual({ id: null, label: '', text, again: [] });
	});

	it('offer to start an earlier version again, also where none is left to go back to (R8.13)', () => {
		const started = (more: object) => dashboardView(twoVersions({ redeployable: ['zero', 'older'], ...more })).back;
		const nothingLeft = started({ rollbackTo: null });
		expect(nothingLeft.text).toContain('pulse-railway rollback --redeploy zero');
		for (const { again } of [nothingLeft, started({})])
			expect(again.map(({ id, offer }) => [id, offer.verb, offer.label])).toEqual([
				['zero', 'redeploy', 'Start zero again'],
				['older', 'redeploy', 'Start older again'],
			]);
	});

	it('count none that does not tell as nobody', () => {
		const versions = [
			version('two', 'active', people(3)),
			version('one', 'draining', { people: { ...people(0).people, total: null } }),
		];
		expect(dashboardView(twoVersions({ versions }))).toMatchObject({ people: 3, untold: 1 });
	});

	it.each([
		[
			'for whom it stays',
			version('one', 'draining', { ...people(2), decision: keep('still_active', NOON + 60_000) }),
			'one: stays for the 2 people on it, and is deleted when nobody is left, at the latest 12:01 (UTC).',
		],
		[
			'that it is there to go back to',
			version('one', 'draining', { decision: keep('rollback_window', NOON + 60_000) }),
			'one: nobody is on it; it stays to go back to until 12:01 (UTC).',
		],
		[
			'that it goes',
			version('one', 'draining', { decision: { ...keep('drainable'), action: 'delete' } }),
			"one: deleted by the janitor's next run (drainable).",
		],
		[
			'until when whoever is left stays',
			version('one', 'draining', { ...people(1), leaveBy: NOON + 60_000, recalled: true }),
			'one: recalled: 1 person left; whoever still is there moves by 12:01 (UTC).',
		],
		['that it is not known', version('one', 'draining'), 'one: What becomes of it is not known.'],
	])('say of an old version %s', (_what, old, text) => {
		expect(nextOf(old)?.replace(/\((?!UTC)[A-Z][\w/]+\)/, '(UTC)')).toBe(text);
	});

	it('tell of the canary and of the command that is under way before all else', () => {
		const view = dashboardView(twoVersions({ underWay: 'ann@ci: pulse-railway deploy', canary: 'Canary three: 5 %.' }));
		expect(view.next.slice(0, 3).map(({ text }) => text)).toEqual([
			'Under way: ann@ci: pulse-railway deploy',
			'Canary three: 5 %.',
			'All other new visitors get two.',
		]);
	});

	it('end a canary by the same button', () => {
		const { back } = dashboardView(twoVersions({ canary: 'Canary three: 5 %.', rollbackTo: 'two' }));
		expect(back).toMatchObject({ id: 'two', label: 'End the canary' });
		expect(back.text).toContain('All new visitors get two again');
	});

	it('offer what can be done with each version', () => {
		const { versions } = dashboardView(twoVersions());
		expect(versions.map((one) => one.offers.map(({ verb }) => verb))).toEqual([
			['recall'],
			['rollback', 'drain', 'recall'],
		]);
	});

	it('keep of people by state what the charts need, whoever does not say included', () => {
		const busy = { total: 5, busy: 1, idle: 1, hidden: 0, held: 1 };
		const view = dashboardView(
			twoVersions({ versions: [version('two', 'active', { people: busy, requestsPerSecond: 3 })] }),
		);
		expect(sampleOf(view)).toEqual({ at: NOON, versions: { two: [1, 1, 0, 1, 2, 3, 0] } });
	});
});
