import type { Standing, Step } from '../plan/step.ts';
import { META_PATH } from '../protocol.ts';
import type { Perform } from './performers.ts';
import { answersRepeatedly } from './through-load-balancer.ts';

export function confirmStep(id: string, how: Standing = {}): Step {
	return {
		kind: 'confirm',
		id: 'confirm',
		title: `Ask the load balancer until ${id} answers new visitors`,
		section: 'Traffic',
		...how,
	};
}

export const confirmSwitch: Perform<'confirm'> = async (step, run, signal, tell) =>
	(await answersRepeatedly(run, META_PATH, step, signal, tell)).found;
