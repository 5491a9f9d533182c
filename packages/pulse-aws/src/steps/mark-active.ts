import type { Step } from '../plan/step.ts';
import { writeState } from '../platform/state.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

export function markActiveStep(id: string): Step {
	return { kind: 'mark-active', id: 'mark-active', title: `Mark ${id} active`, section: 'Traffic' };
}

export const markActive: Perform<'mark-active'> = async (_step, run) => {
	const serviceArn = made(made(run.target, 'the target').serviceArn, 'the service');
	const isNew = run.request !== null;
	await writeState(run.session.aws, { name: run.name, id: run.id, serviceArn }, 'active', null, isNew);
	return undefined;
};
