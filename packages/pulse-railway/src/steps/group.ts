import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { platformOf, serviceId } from './run.ts';

/** @param named the services that the title names; default all */
export function groupStep(like: string, services: readonly string[], named = services): Step {
	const title = `Place ${named.join(', ')} beside ${like}`;
	return { kind: 'group', id: 'group', title, like, services, optional: true };
}

export const group: Perform<'group'> = async (step, run, signal) => {
	const groupId = run.groups.get(step.like);
	if (groupId === undefined) return 'there is no group';
	const ids = step.services.map((service) => serviceId(run, service));
	await platformOf(run).setGroup(groupId, ids, signal);
	return undefined;
};
