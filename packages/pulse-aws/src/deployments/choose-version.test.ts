import { expect, test } from 'vitest';
import { chooseVersion, redeployable, type VersionFacts } from './choose-version.ts';

const versions = ['v4', 'p1', 'v3', 'v2', 'v1'].map((id) => ({ id }));
const told = (...lines: string[]) =>
	lines.map((line) => {
		const [event = '', id = ''] = line.split(' ');
		return { event, id };
	});
const facts = (more: Partial<VersionFacts> = {}): VersionFacts => ({
	activeId: 'v4',
	running: ['v4'],
	history: told('activated v1', 'activated v2', 'activated v3', 'preview p1', 'activated v4'),
	versions,
	...more,
});

test('without an id it is the version that was active before, also where that was a rollback (A4.4)', () => {
	expect(chooseVersion(facts(), null)).toBe('v3');
	const rolledBack = told('activated v3', 'activated v4', 'activated v2', 'retired v3', 'activated v4');
	expect(chooseVersion(facts({ history: rolledBack }), null)).toBe('v2');
});

test('a recalled version is passed over, unless that was taken back (A4.4)', () => {
	const history = [...facts().history, ...told('recalled v3')];
	expect(chooseVersion(facts({ history }), null)).toBe('v2');
	expect(chooseVersion(facts({ history: [...history, ...told('stays v3')] }), null)).toBe('v3');
	expect(chooseVersion(facts({ history }), 'v3')).toBe('v3');
});

test('none that was recalled is offered, also where nothing else is left to be started again (A13.5)', () => {
	const recalled = told('activated v3', 'activated v4', 'recalled v4', 'activated v3');
	expect(redeployable(facts({ activeId: 'v3', running: ['v3'], history: recalled }))).toEqual(['p1', 'v2', 'v1']);
	const only = { activeId: 'v3', running: ['v3'], versions: [{ id: 'v4' }, { id: 'v3' }] };
	expect(redeployable(facts({ ...only, history: recalled }))).toEqual([]);
	expect(redeployable(facts({ ...only, history: [...recalled, ...told('stays v4')] }))).toEqual(['v4']);
});

test('without a history the ids tell which was before (A4.4)', () => {
	expect(chooseVersion(facts({ history: [], versions: [{ id: 'v5' }, { id: 'v4' }, { id: 'v2' }] }), null)).toBe('v2');
});

test('a preview is refused, and so is what can be neither made nor gone back to, with what can (A4.4)', () => {
	expect(() => chooseVersion(facts(), 'p1')).toThrow('p1 is a preview');
	expect(() => chooseVersion(facts(), 'v0')).toThrow(
		expect.objectContaining({ code: 'version-gone', next: expect.stringContaining('v3, v2, v1') }),
	);
	expect(() => chooseVersion(facts({ history: told('activated v4'), versions: [] }), null)).toThrow(
		expect.objectContaining({ code: 'nothing-to-roll-back-to', next: expect.stringContaining('deploy it again') }),
	);
	expect(chooseVersion(facts({ running: ['v4', 'v0'] }), 'v0')).toBe('v0');
});
