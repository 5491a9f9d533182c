import { restingText } from '../deployments/resting.ts';
import type { Step } from '../plan/step.ts';
import { isPassing, isPlatformError } from '../platform/error.ts';
import type { Platform } from '../platform/port.ts';
import { RESTING_VARIABLE } from '../protocol.ts';
import type { KeptService } from '../stack/durable.ts';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { restStep } from './rest.ts';
import { platformOf } from './run.ts';

export function wakeStep(kept: KeptService): Step {
	return {
		kind: 'wake',
		id: 'wake',
		title: `Start service ${kept.serviceName} again, as it was`,
		kept,
		undo: restStep('undo-wake', kept),
	};
}

export const wake: Perform<'wake'> = async ({ kept }, run, signal) => {
	const platform = platformOf(run);
	const { serviceId, serviceName, of } = kept;
	const text = restingText({ woken: true, at: run.ports.clock.now(), of });
	await guarded(run, signal, (signal) => platform.setVariables(serviceId, { [RESTING_VARIABLE]: text }, signal));
	const { deploymentId } = await guarded(run, signal, (signal) => started(platform, serviceId, of, signal));
	run.deployments.set(serviceName, { id: deploymentId, status: null });
	return undefined;
};

/**
 * The very deployment that ran, from its image as long as Railway keeps that, else from its snapshot. Where Railway refuses, it
 * may still start the service from what that was last made of (docs/platform-facts/railway.md §2.3).
 */
async function started(platform: Platform, serviceId: string, of: string | null, signal: AbortSignal) {
	if (of === null) return platform.deployService(serviceId, signal);
	try {
		return await platform.redeploy(of, signal);
	} catch (error) {
		if (!isPlatformError(error) || isPassing(error)) throw error;
		return platform.deployService(serviceId, signal);
	}
}
