import { boundedProvenance, type Provenance } from 'pulse-deploy-kit/history/provenance';
import { isOvertaken } from 'pulse-deploy-kit/plan/guard';
import type { NamedService } from '../deployments/store.ts';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { putBack, withFate } from './put-back.ts';
import { underLock } from './under-lock.ts';

export function promoteStep(target: NamedService, provenance?: Provenance): Step {
	return {
		kind: 'promote',
		id: 'promote',
		title: `Send new visitors to ${target.id}`,
		...promoted(target),
		...(provenance === undefined ? {} : { provenance }),
		uninterruptible: true,
		guardsItself: true,
	};
}

/** The durable write was made, and the command died before the router heard of it. */
export function finishPromotionStep(target: NamedService): Step {
	const title = `Finish the interrupted promotion of ${target.id}`;
	return { kind: 'promote', id: `finish:${target.id}`, title, ...promoted(target), guardsItself: true };
}

/** With its kind, which a store may have lost since it was registered. */
function promoted({ id, serviceName, container }: NamedService) {
	return { deployment: id, service: serviceName, ...(container === undefined ? {} : { container }) };
}

/** The durable write stands by then, so a lock that is lost between the two takes it back (the engine does not ask before). */
export const promote: Perform<'promote'> = async (step, run, signal) => {
	const { deployment: id, service: serviceName, container, provenance = {} } = step;
	const params = {
		id,
		serviceName,
		...(container === undefined ? {} : { container }),
		provenance: boundedProvenance(provenance),
	};
	const { draining } = await underLock(run, 'promote', params, signal).catch(async (error: unknown) => {
		throw isOvertaken(error) ? withFate(error, await putBack(step.deployment, run)) : error;
	});
	return draining.length === 0 ? undefined : `${draining.map(({ id }) => id).join(', ')} draining`;
};
