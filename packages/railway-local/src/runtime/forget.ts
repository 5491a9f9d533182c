import { rm } from 'node:fs/promises';
import type { DeploymentRow, InstanceRow } from '../world/model.ts';
import type { FleetState } from './fleet-state.ts';
import { stopLive } from './live-deployment.ts';

/** A deleted service: everything of it stops, and then its files and logs go. */
export function forget(
	state: FleetState,
	instance: InstanceRow,
	serviceName: string,
	deployments: readonly DeploymentRow[],
): void {
	const busy = [...state.making.values(), ...state.returning, ...state.retiring];
	const all = busy.filter((live) => live.instanceId === instance.id);
	for (const live of all) live.abort.abort();
	const serving = state.serving.get(instance.id);
	if (serving) all.push(serving);
	state.serving.delete(instance.id);
	state.privateNetwork.set(instance.environmentId, serviceName, []);
	state.track(
		(async () => {
			await Promise.all(all.map((live) => stopLive(live)));
			await Promise.all(all.map((live) => live.work));
			for (const row of deployments) {
				// A build that was stopped may still be writing its last file.
				await rm(state.deploymentDir(row.id), { recursive: true, force: true, maxRetries: 10 });
				await state.logs.remove(row.id);
				await state.containers?.removeImage(row.id);
				if (row.snapshotId) await rm(state.snapshotPath(row.snapshotId), { force: true });
			}
		})(),
	);
}
