import { expect, it } from 'vitest';
import { planSupersede, stopsFor } from './supersede.ts';
import { live } from './testing/stack.ts';

const snapshot = live({ old: 'active' });

it('says whom it stops and whom it does not, and tells those that begin later, too (R8.15)', () => {
	const leases = {
		early: { lane: 'deploys' },
		draft: { lane: 'preview pr-1' },
		insists: {},
		new: { lane: 'deploys' },
	} as const;
	const plan = planSupersede({ live: snapshot, leases, supersedes: true }, 'new', 'deploys');
	expect(plan.facts).toEqual([
		'Stops early, which is still being made',
		'Not stopped: insists, of an older version, with --over-later, or a rollback; the one started later wins',
	]);
	expect(plan.steps).toMatchObject([{ kind: 'supersede', title: 'Stop early', deployment: 'new', lane: 'deploys' }]);
	const none = planSupersede({ live: snapshot, supersedes: true }, 'new', 'preview pr-2');
	expect(none.steps).toMatchObject([{ title: 'Stop earlier deploys of the preview pr-2 that are still being made' }]);
	expect(none.facts).toEqual(['No deploy that it would stop is under way']);
});

it('is a warning, and no step, with a router of before (R8.15)', () => {
	const plan = planSupersede({ live: snapshot, leases: { early: {} } }, 'new', 'deploys');
	expect([plan.steps, plan.warnings]).toEqual([[], [expect.stringContaining('Run pulse-railway upgrade')]]);
});

it('a deploy stops for its lane, and with --over-later for none (R8.15)', () => {
	expect(stopsFor({ overLater: false })).toBe('deploys');
	expect(stopsFor({ overLater: false, preview: { name: 'pr-1' } })).toBe('preview pr-1');
	expect(stopsFor({ overLater: true })).toBeUndefined();
});
