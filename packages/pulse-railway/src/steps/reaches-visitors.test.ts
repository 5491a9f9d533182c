import { DeployToolError } from 'pulse-deploy-kit/errors';
import { expect, it } from 'vitest';
import { stack } from '../plan/testing/stack.ts';
import { recordingPorts } from './testing/recording-ports.ts';
import { verifyActive } from './verify-active.ts';

const step = { kind: 'verify-active', id: 'verify', title: 'Verify', deployment: 'new', budgetSeconds: 180 } as const;

it('nobody is asked any more once it is known that the promotion cannot be confirmed', async () => {
	const { start, ports } = await recordingPorts(stack());
	const run = start();
	const router = ports.openRouter({ origin: '', controlToken: run.controlToken! });
	let asking: AbortSignal | undefined;
	router.meta = async (_deployment, signal) => {
		asking = signal;
		return { deploymentId: 'old', seen: 'deployment old' };
	};
	router.control = async () => {
		throw new DeployToolError('control-unreachable', 'no answer', { fault: 'platform' });
	};
	await expect(verifyActive(step, run, new AbortController().signal, () => {})).rejects.toThrow('no answer');
	expect(asking?.aborted).toBe(true);
});
