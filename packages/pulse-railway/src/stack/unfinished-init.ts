import type { StackObservation } from '../platform/port.ts';
import { BASELINE_VARIABLE, PROJECT_MARK } from '../protocol.ts';
import { backendServices, durableActiveId } from './durable.ts';
import { sharedValue } from './shared-value.ts';

/**
 * An `init` was here and did not come to its end, and no deploy has come since: what stands is its own, and may be gone
 * on with. A project that `init` made says so from its first moment, before any variable could.
 */
export function isUnfinishedInit(observation: StackObservation): boolean {
	return isMarked(observation) && backendServices(observation).length === 0 && durableActiveId(observation) === null;
}

/** Known as begun and not finished. An older `init` wrote no word of its own behind it. */
function isMarked(observation: StackObservation): boolean {
	const mark = sharedValue(observation, BASELINE_VARIABLE);
	if (mark === undefined) return isOwnProject(observation.project);
	return mark === 'init' || mark.startsWith('init:');
}

export function isOwnProject({ description }: { readonly description: string | null }): boolean {
	return description?.startsWith(PROJECT_MARK) === true;
}
