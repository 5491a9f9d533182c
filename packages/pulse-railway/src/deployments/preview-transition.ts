import type { Preview } from 'pulse-deploy-kit/preview';
import { DeploymentStateError } from './errors.ts';
import { type DeploymentRecord, previewing } from './record.ts';
import { change, type LiveState, type Transition } from './transitions.ts';

/**
 * `pending → draining`, as a preview: visitors who name it get it. The time of an earlier one of the same name is over, and the
 * janitor deletes that. Again is the same.
 */
export function beginPreview(
	state: LiveState,
	id: string,
	preview: Preview,
	now: number,
): Transition<DeploymentRecord> {
	const known = state.records.get(id);
	if (known?.preview?.name === preview.name && known.state === 'draining') return { state, result: known };
	if (known?.state !== 'pending' || state.canary?.id === id) {
		throw new DeploymentStateError(id, known?.state ?? 'retiring', 'make a preview of');
	}
	const record: DeploymentRecord = { ...known, ...previewing(preview) };
	const replaced = [...state.records.values()].flatMap((other) =>
		other.id === id || other.preview?.name !== preview.name || other.preview.until <= now
			? []
			: [{ ...other, preview: { ...other.preview, until: now } }],
	);
	return { state: change(state, { put: [record, ...replaced] }), result: record };
}
