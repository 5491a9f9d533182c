import { beforeEach, describe, expect, it } from 'vitest';
import { stack } from '../plan/testing/stack.ts';
import { departStep } from './depart.ts';
import { execute } from './execute.ts';
import { type Recorded, recordingPorts } from './testing/recording-ports.ts';

const signal = new AbortController().signal;
let world: Recorded;

beforeEach(async () => {
	world = await recordingPorts(stack({ active: 'new', backends: ['old', 'new'] }));
	for (const id of ['old', 'new']) await world.router.control('promote', { id, serviceName: id }, signal);
});

const depart = (at: number) => {
	const step = departStep({ deployment: 'old', service: 'old', time: { at }, recalled: false }, 'Drain old');
	return execute({ title: 'Drain old', facts: [], warnings: [], steps: [step] }, world.start(), { signal });
};
const said = async () => {
	const { snapshot } = await world.router.control('status', {}, signal);
	return snapshot.deployments.find(({ id }) => id === 'old')?.departure;
};

describe('a time by which a deployment is to be left (R8.7)', () => {
	it('is said on Railway and live', async () => {
		const by = Date.now() + 60_000;
		await depart(by);
		expect(await said()).toMatchObject({ by, recalled: false });
		expect(world.calls.join()).toContain('PULSE_RAILWAY_DEPARTURE');
	});

	it('that is past by the router is refused: the question stayed open, or the clock here is behind', async () => {
		await expect(depart(Date.now() - 1)).rejects.toMatchObject({ code: 'usage', fault: 'user' });
		expect(await said()).toBeUndefined();
		expect(world.calls.join()).not.toContain('PULSE_RAILWAY_DEPARTURE');
	});
});
