import { expect, it } from 'vitest';
import type { RenderSessions } from './render-sessions.ts';
import { sumSessions, sumTold } from './sum.ts';

const one = (more: Partial<Extract<RenderSessions, { reachable: true }>> = {}): RenderSessions => ({
	reachable: true,
	total: 2,
	connected: 1,
	drainable: true,
	tabs: { busy: 1, idle: 0, hidden: 0, held: 1 },
	heldReasons: ['drawing'],
	inUse: { requests: 1, streams: 0, websockets: 2, jobs: 0 },
	...more,
});

it('what replicas say is added up, and one that is in use holds all (R2.22)', () => {
	expect(sumSessions([one(), one({ total: 3, drainable: false, heldReasons: ['drawing', 'a call'] })])).toEqual({
		reachable: true,
		total: 5,
		replicas: 2,
		connected: 2,
		drainable: false,
		tabs: { busy: 2, idle: 0, hidden: 0, held: 2 },
		heldReasons: ['drawing', 'a call'],
		inUse: { requests: 2, streams: 0, websockets: 4, jobs: 0 },
	});
	expect(sumSessions([one()])).toEqual(one());
});

it('what one of them does not tell is not known, and while one says nothing, nothing is (R2.22)', () => {
	const older: RenderSessions = { reachable: true, total: 1, connected: null, drainable: true };
	expect(sumSessions([one(), older])).toEqual({
		reachable: true,
		total: 3,
		replicas: 2,
		connected: null,
		drainable: true,
	});
	const silent: RenderSessions = { reachable: false, detail: 'no answer in time' };
	expect(sumSessions([one(), silent, one()])).toEqual({
		reachable: false,
		detail: '1 of 3 replicas: no answer in time',
	});
});

it('those that are told to reload are told, whatever becomes of the others', () => {
	const told = (count: number, overInMs: number) => ({
		status: 'fulfilled' as const,
		value: { told: count, overInMs },
	});
	const failed = { status: 'rejected' as const, reason: new Error('refused') };
	expect(sumTold([told(2, 5_000), failed, told(1, 9_000)])).toEqual({ told: 3, overInMs: 9_000 });
	expect(() => sumTold([failed, failed])).toThrow('refused');
});
