import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

export function reserveIdStep(id: string): Step {
	return {
		kind: 'reserve-id',
		id: 'reserve-id',
		title: `Make sure that no other run has the id ${id}`,
		section: 'Deployment',
	};
}

/**
 * An id is a name and a second. Another machine whose clock is behind may choose the same: of the two, the one that makes this
 * parameter has the id, before anything else is made. From then on what has this id is its own, also to undo, as long as it
 * renews its lease.
 * @throws DeployToolError `deployment-id-taken`
 */
export const reserveId: Perform<'reserve-id'> = async (_step, { session, lease }) => {
	await made(lease, 'the lease').take(session);
	return undefined;
};
