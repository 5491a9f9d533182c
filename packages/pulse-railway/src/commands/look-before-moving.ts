import { Secret } from 'pulse-deploy-kit/secret';
import type { Ports } from '../adapters/ports.ts';
import { originOfDomain } from '../address.ts';
import { isPredecessor } from '../plan/move-over.ts';
import type { Platform, StackObservation } from '../platform/port.ts';
import { serviceNamed } from '../stack/baseline.ts';
import { backendServices, durableActiveId } from '../stack/durable.ts';

/** The predecessor's routers follow a promotion this much later (contract R2.18). */
const FOLLOWED_MS = 6_000;
const LOOKS = 3;

export interface Before {
	readonly observation: StackObservation;
	/** The deployment that answers new visitors at a predecessor's router; `null` on a stack of ours, or when none answers. */
	readonly visitorsReach: string | null;
}

/**
 * What `upgrade` finds. Where a predecessor's router says nothing, or another deployment than Railway, it is asked again:
 * it may have been starting, and another command may just have promoted.
 */
export async function lookBeforeMoving(
	platform: Pick<Platform, 'observe'>,
	{ openRouter, clock }: Pick<Ports, 'openRouter' | 'clock'>,
	routerName: string,
	signal: AbortSignal,
): Promise<Before> {
	let before: string | null = null;
	for (let looks = 1; ; looks++) {
		const observation = await platform.observe(signal);
		const router = serviceNamed(observation, routerName);
		const domain = router?.domains.find(({ custom }) => !custom) ?? router?.domains[0];
		const backends = backendServices(observation);
		if (router === undefined || domain === undefined || backends.length === 0 || !isPredecessor(router)) {
			return { observation, visitorsReach: null };
		}
		// It answers in one way only: as to a visitor.
		const port = openRouter({ origin: originOfDomain(domain.domain), controlToken: new Secret('') });
		const { deploymentId } = await port.meta(null, signal);
		const durable = durableActiveId(observation);
		const steady = deploymentId !== null && deploymentId === before;
		const agree = deploymentId !== null && (durable === null || durable === deploymentId);
		if (agree || steady || looks === LOOKS) return { observation, visitorsReach: deploymentId };
		before = deploymentId;
		await clock.sleep(FOLLOWED_MS, signal);
	}
}
