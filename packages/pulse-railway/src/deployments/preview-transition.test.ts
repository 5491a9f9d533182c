import { describe, expect, it } from 'vitest';
import { historyOf } from './history.ts';
import { beginPreview } from './preview-transition.ts';
import { type DeploymentRecord, type DeploymentState, previewing } from './record.ts';
import { decodeRecord, encodeRecord } from './record-json.ts';
import { type LiveState, promote, reconcile, remove, retire } from './transitions.ts';

const NOW = 1_790_000_000_000;
const LATER = NOW + 3 * 86_400_000;
const PR = { name: 'pr-12', until: LATER };

function record(id: string, state: DeploymentState, more: Partial<DeploymentRecord> = {}): DeploymentRecord {
	return { id, serviceName: id, state, drainStartedAt: null, lastSeenAt: null, ...more };
}
const shown = (id: string, preview = PR) => record(id, 'pending', previewing(preview));
const live = (...records: DeploymentRecord[]): LiveState => ({
	activeId: 'one',
	promotedAt: 1,
	records: new Map([record('one', 'active'), ...records].map((it) => [it.id, it])),
});

describe('a preview (R4.18)', () => {
	it('is made of a pending deployment, which then drains without a date; the active one stays', () => {
		const before = live(record('two', 'pending'));
		const { state, result } = beginPreview(before, 'two', PR, NOW);
		expect(result).toEqual(shown('two'));
		expect(state.activeId).toBe('one');
		const told = historyOf(before, state, { at: NOW, by: 'ann', because: null, restores: false });
		expect(told).toMatchObject([{ event: 'preview', id: 'two', until: LATER, by: 'ann' }]);
	});

	it('again is the same, of one that has been in use it is refused', () => {
		const state = live(shown('two'), record('three', 'draining', { drainStartedAt: 5 }));
		expect(beginPreview(state, 'two', { ...PR, until: LATER + 9 }, NOW).state).toBe(state);
		expect(() => beginPreview(state, 'three', PR, NOW)).toThrow('it is draining');
		expect(() => beginPreview(state, 'one', PR, NOW)).toThrow('it is active');
		expect(() => beginPreview(state, 'nine', PR, NOW)).toThrow(expect.objectContaining({ code: 'deployment-state' }));
	});

	it('takes the place of an earlier one of its name, whose time is over then, and of no other', () => {
		const other = { name: 'pr-13', until: LATER };
		const before = live(shown('two'), shown('three', other), record('four', 'pending'));
		const { records } = beginPreview(before, 'four', PR, NOW).state;
		expect(records.get('two')?.preview).toEqual({ name: 'pr-12', until: NOW });
		expect(records.get('three')?.preview).toEqual(other);
		expect(records.get('four')?.preview).toEqual(PR);
	});

	it('keeps its state whoever is promoted, and what the durable truth says', () => {
		const before = live(shown('two'), record('three', 'pending'));
		const after = promote(before, 'three', 'three', NOW).state;
		expect(after.records.get('two')).toEqual(shown('two'));
		const services = ['one', 'two', 'three'].map((id) => ({ id, serviceName: id }));
		const { state } = reconcile(after, { activeId: 'three', services }, NOW);
		expect(state.records.get('two')).toEqual(shown('two'));
	});

	it('is restored from its service where the store knows nothing of it; a pending one was never seen to answer', () => {
		const services = [
			{ id: 'one', serviceName: 'one' },
			{ id: 'two', serviceName: 'two', preview: PR },
			{ id: 'three', serviceName: 'three', preview: PR },
		];
		const { state } = reconcile(live(record('three', 'pending')), { activeId: 'one', services }, NOW);
		expect(state.records.get('two')).toEqual(shown('two'));
		expect(state.records.get('three')).toEqual(record('three', 'pending'));
	});

	it('is retired and removed as any that drains', () => {
		const retired = retire(live(shown('two')), 'two').state;
		expect(retired.records.get('two')).toMatchObject({ state: 'retiring', preview: PR });
		expect(remove(retired, 'two').state.records.has('two')).toBe(false);
	});

	it('that an older command made active all the same is one as any', () => {
		expect(promote(live(shown('two')), 'two', 'two', NOW).state.records.get('two')).toEqual(record('two', 'active'));
	});

	it('is read as it was written, and by an older tool as one that drains and was never active', () => {
		const json = encodeRecord(shown('two'));
		expect(decodeRecord('two', json)).toEqual(shown('two'));
		expect(JSON.parse(json)).toMatchObject({ state: 'draining', drain_started_at: null, never_active: true });
		expect(decodeRecord('two', json.replace('pr-12 until', 'PR'))).not.toHaveProperty('preview');
	});
});
