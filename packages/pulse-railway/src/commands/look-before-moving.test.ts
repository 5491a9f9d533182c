import { expect, it } from 'vitest';
import { BASELINE, stack } from '../plan/testing/stack.ts';
import { recordingPorts, virtualClock } from '../steps/testing/recording-ports.ts';
import { lookBeforeMoving } from './look-before-moving.ts';

const signal = new AbortController().signal;

/** What Railway and new visitors say, look by look. */
async function look(looks: readonly { durable?: string; visitors: string | null }[], services = predecessors()) {
	const { router } = await recordingPorts(stack());
	let at = -1;
	const now = () => looks[Math.min(at, looks.length - 1)];
	const platform = {
		async observe() {
			at++;
			const active = now()?.durable;
			return stack({ services, backends: ['v1', 'v2'], ...(active === undefined ? {} : { active }) });
		},
	};
	const openRouter = () => ({ ...router, meta: async () => ({ deploymentId: now()?.visitors ?? null, seen: '' }) });
	const before = await lookBeforeMoving(platform, { openRouter, clock: virtualClock() }, 'pulse-router', signal);
	return { ...before, looks: at + 1 };
}

function predecessors() {
	return BASELINE.map((one) => {
		const { PULSE_RAILWAY_CONTROL_TOKEN: _, ...variables } = one.variables;
		return { ...one, variables };
	});
}

it('a router that answers nobody for a moment is asked again before an old word on Railway is believed', async () => {
	const before = await look([
		{ durable: 'v1', visitors: null },
		{ durable: 'v1', visitors: 'v2' },
		{ durable: 'v1', visitors: 'v2' },
	]);
	expect(before).toMatchObject({ visitorsReach: 'v2', looks: 3 });
});

it('a promotion of 0.1, which its router follows seconds later, is not taken back', async () => {
	const before = await look([
		{ durable: 'v2', visitors: 'v1' },
		{ durable: 'v2', visitors: 'v2' },
	]);
	expect(before.visitorsReach).toBe('v2');
	expect(before.observation.sharedVariables.PULSE_ACTIVE_DEPLOYMENT).toBe('v2');
});

it('agreement is seen at one look, and a stack of ours is not asked', async () => {
	expect(await look([{ visitors: 'v2' }])).toMatchObject({ visitorsReach: 'v2', looks: 1 });
	expect(await look([{ durable: 'v1', visitors: 'v2' }], [...BASELINE])).toMatchObject({
		visitorsReach: null,
		looks: 1,
	});
});
