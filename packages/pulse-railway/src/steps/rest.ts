import { restingText } from '../deployments/resting.ts';
import type { Step } from '../plan/step.ts';
import { RESTING_VARIABLE } from '../protocol.ts';
import type { KeptService } from '../stack/durable.ts';
import { guarded, guardOf } from './guard.ts';
import { mayGo } from './may-go.ts';
import type { Perform } from './performers.ts';
import { platformOf, type Run } from './run.ts';

/** Stops what was started again and was never active; its service stays as it was kept. */
export function restStep(id: string, kept: KeptService, purpose = ''): Step {
	return { kind: 'rest', id, title: `Stop service ${kept.serviceName} again${purpose}`, kept };
}

/** Right before it everything is looked at again: what is active by now, or has visitors, goes on. */
export const rest: Perform<'rest'> = async ({ kept }, run, signal) => {
	const observation = await guardOf(run).look(signal);
	const service = observation.services.find(({ id }) => id === kept.serviceId);
	if (service === undefined) return `${kept.serviceName} is gone`;
	await mayGo(kept.id, observation, run, signal);
	for (const id of runningNow(run, kept, service.latestDeployment?.id))
		await guarded(run, signal, (signal) => platformOf(run).removeDeployment(id, signal));
	// Last: where this is cut off before, the next deploy finds a service that was started again and has no visitors.
	const text = restingText({ woken: false, at: run.ports.clock.now(), of: kept.of });
	await guarded(run, signal, (signal) =>
		platformOf(run).setVariables(kept.serviceId, { [RESTING_VARIABLE]: text }, signal),
	);
	return undefined;
};

function runningNow(run: Run, { serviceName }: KeptService, latest: string | undefined): ReadonlySet<string> {
	return new Set([run.deployments.get(serviceName)?.id, latest].filter((id) => id !== undefined));
}
