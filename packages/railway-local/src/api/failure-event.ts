import type { DeploymentRow } from '../world/model.ts';

/** A deployment has at most one event here: what it failed of. */
export function failureEvent(row: DeploymentRow) {
	const at = new Date(row.failure?.at ?? row.createdAt).toISOString();
	return {
		id: row.id,
		createdAt: at,
		completedAt: at,
		step: row.built === null ? 'BUILD_IMAGE' : 'CREATE_CONTAINER',
		payload: { error: row.failure?.message ?? null, skipped: false },
	};
}
