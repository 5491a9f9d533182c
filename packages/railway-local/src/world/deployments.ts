import { newId } from './ids.ts';
import { deploymentsOf, domainsOf, serviceOf } from './lookup.ts';
import type { DeploymentRow, DeploymentStatus, InstanceRow, WorldData } from './model.ts';
import { providedVariables, renderedVariables } from './variables.ts';

/** Settings and variables are taken as they are now: what changes later needs another deployment (facts §2.2). */
export function createDeployment(
	data: WorldData,
	instance: InstanceRow,
	meta: Readonly<Record<string, unknown>>,
	at: number,
): DeploymentRow {
	const warnings: string[] = [];
	const rendered = renderedVariables(data, instance, (name, expression) => {
		warnings.push(`Variable ${name} refers to \${{ ${expression} }}, which is not there: that part of it is empty.`);
	});
	const row: DeploymentRow = {
		id: newId(),
		projectId: serviceOf(data, instance.serviceId).projectId,
		environmentId: instance.environmentId,
		serviceId: instance.serviceId,
		instanceId: instance.id,
		createdAt: at,
		status: 'QUEUED',
		statusUpdatedAt: at,
		stopped: false,
		snapshotId: instance.settings.image === null ? instance.snapshotId : null,
		settings: structuredClone(instance.settings),
		variables: { ...rendered, ...providedVariables(data, instance) },
		meta: {
			...meta,
			...(instance.settings.image === null ? {} : { image: instance.settings.image }),
			...(warnings.length === 0 ? {} : { buildWarnings: warnings }),
		},
		built: null,
	};
	data.deployments[row.id] = row;
	return row;
}

const KEPT = 20;

/** Takes the oldest deployments of a service that are over out of the world, beyond the last 20; returns their ids. */
export function dropOldDeployments(data: WorldData, instance: InstanceRow): string[] {
	const over = deploymentsOf(data, instance.id).filter(
		(row) => ['REMOVED', 'FAILED', 'CRASHED'].includes(row.status) && row.id !== instance.activeDeploymentId,
	);
	const old = over.slice(KEPT).map(({ id }) => id);
	for (const id of old) delete data.deployments[id];
	return old;
}

/** No effect on a deployment that was deleted meanwhile. */
export function setStatus(data: WorldData, id: string, status: DeploymentStatus, stopped: boolean, at: number): void {
	const row = data.deployments[id];
	if (!row) return;
	row.status = status;
	row.stopped = stopped;
	row.statusUpdatedAt = at;
}

export function publicUrl(data: WorldData, row: DeploymentRow): string | null {
	return domainsOf(data, row.instanceId)[0]?.domain ?? null;
}

/** Whether some deployment or the service itself may still be started from an archive. */
export function snapshotInUse(data: WorldData, snapshotId: string): boolean {
	return (
		Object.values(data.instances).some((row) => row.snapshotId === snapshotId) ||
		Object.values(data.deployments).some((row) => row.snapshotId === snapshotId && row.status !== 'REMOVED')
	);
}
