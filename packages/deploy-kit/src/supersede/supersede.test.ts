import { expect, test } from 'vitest';
import { exitCodeOf } from '../report-error.ts';
import { supersededError } from './error.ts';
import { laneOf, parseLane } from './lane.ts';
import { StopSwitch } from './stop-switch.ts';

test('a lane is written and read, and nothing else is one', () => {
	for (const preview of [undefined, null, { name: 'pr-12' }]) expect(parseLane(laneOf(preview))).toBe(laneOf(preview));
	for (const other of ['', 'preview', 'preview Pr', 'deploys, all', 7, null]) expect(parseLane(other)).toBeUndefined();
});

test('is stopped once, until it goes its way; what comes later is not heard', () => {
	const stopped = new StopSwitch('one');
	stopped.hear(null);
	stopped.hear('two');
	stopped.hear('three');
	expect(stopped.signal.reason).toMatchObject({
		code: 'superseded',
		message: 'two, which was started after one, takes its place',
	});
	expect(() => stopped.settle()).toThrow('two, which was started after one');
	const gone = new StopSwitch('one');
	gone.settle();
	gone.hear('two');
	expect(gone.signal.aborted).toBe(false);
});

test('ends with an exit code of its own', () => {
	expect(exitCodeOf(supersededError('one', 'two'))).toBe(75);
});
