import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { setProtection } from './remove-stack.ts';

/** So that a teardown that slept meanwhile cannot delete it any more. */
export function protectBaselineStep(): Step {
	return {
		kind: 'protect-baseline',
		id: 'protect-baseline',
		title: 'Protect the baseline stack from deletion',
		section: 'Baseline',
	};
}

export const protectBaseline: Perform<'protect-baseline'> = async (_step, run) => {
	await setProtection(run, true);
	return undefined;
};
