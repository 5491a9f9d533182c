import type { Deployment } from '../deployments/deployment.ts';
import type { Step } from '../plan/step.ts';
import { writeState } from '../platform/state.ts';
import type { Perform } from './performers.ts';
import { startDraining } from './start-draining.ts';

export function settleStep(active: Deployment, drain: readonly Deployment[]): Step {
	const draining = drain.length > 0 ? ` and ${drain.map(({ id }) => id).join(', ')} draining` : '';
	return {
		kind: 'settle',
		id: 'settle',
		title: `Write down that ${active.id} is active${draining}`,
		section: 'What is left over',
		active,
		drain,
	};
}

export const settle: Perform<'settle'> = async ({ active, drain }, run) => {
	await writeState(run.session.aws, { name: run.name, ...active }, 'active', null);
	await Promise.all(drain.map((one) => startDraining(run, one)));
	run.tell({ event: 'restored', id: active.id });
	return { learnt: { draining: drain } };
};
