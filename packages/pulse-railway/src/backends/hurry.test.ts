import { describe, expect, it } from 'vitest';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { ReloadOptions } from './backends.ts';
import { hurry } from './hurry.ts';
import type { RenderSessions } from './render-sessions.ts';

const NOW = 1_790_000_000_000;
const tabs = { busy: 1, idle: 0, hidden: 0, held: 0 };

async function hurried(record: Partial<DeploymentRecord>, app: 'of now' | 'of before') {
	const told: ReloadOptions['within'][] = [];
	const answer: RenderSessions = {
		...{ reachable: true, total: 1, connected: 1, drainable: false },
		...(app === 'of now' ? { tabs, heldReasons: [] } : {}),
	};
	const outcome = await hurry(
		{ id: 'one', serviceName: 'one', state: 'draining', drainStartedAt: NOW, lastSeenAt: null, ...record },
		{
			sessions: async () => answer,
			reload: async (_, { within }) => {
				told.push(within);
				return { told: 1, overInMs: 0 };
			},
		},
		NOW,
		AbortSignal.timeout(5_000),
	);
	return { ...outcome, asked: told };
}
const leaves = (by: number | null) => ({ departure: { by, recalled: true, saidAt: NOW } });

describe('pages of a deployment that is to be left', () => {
	it('hear by when they are to move, and that they may stay where that is taken back (R8.6)', async () => {
		expect(await hurried(leaves(NOW + 60_000), 'of now')).toEqual({ told: 1, later: false, asked: [60] });
		expect(await hurried(leaves(null), 'of now')).toEqual({ told: 1, later: false, asked: [null] });
		expect(await hurried({ state: 'active' }, 'of now')).toEqual({ told: 1, later: false, asked: [null] });
	});

	it('of an app that knows no time hear nothing before it is over: they would all load anew at once (R8.6)', async () => {
		expect(await hurried(leaves(NOW + 60_000), 'of before')).toEqual({ told: 0, later: true, asked: [] });
		expect(await hurried(leaves(NOW), 'of before')).toMatchObject({ asked: [0] });
		expect(await hurried(leaves(null), 'of before')).toEqual({ told: 0, later: false, asked: [] });
		expect(await hurried({ state: 'active' }, 'of before')).toEqual({ told: 0, later: false, asked: [] });
	});
});
