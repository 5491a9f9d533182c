import { rm } from 'node:fs/promises';
import { snapshotInUse } from '../world/deployments.ts';
import type { FleetState } from './fleet-state.ts';
import { type LiveDeployment, stopLive } from './live-deployment.ts';
import { pause } from './pause.ts';

/** Overlap, then SIGTERM and draining, then it is REMOVED. Aborting the deployment ends the overlap. */
export function retire(state: FleetState, live: LiveDeployment, afterSeconds: number): void {
	state.retiring.add(live);
	live.work = state.track(
		(async () => {
			const signal = AbortSignal.any([live.abort.signal, state.closing.signal]);
			await pause(afterSeconds * 1000, signal).catch(() => {});
			if (state.closing.signal.aborted) return stopLive(live, state.behaviour.stopGraceMs);
			state.setStatus(live.deploymentId, 'REMOVING');
			await stopLive(live);
			state.setStatus(live.deploymentId, 'REMOVED', true);
			await sweep(state, live.deploymentId);
		})().finally(() => state.retiring.delete(live)),
	);
}

/** A deployment that is over leaves its log, not its files. */
export async function sweep(state: FleetState, deploymentId: string): Promise<void> {
	// A build that was stopped may still be writing its last file.
	await rm(state.deploymentDir(deploymentId), { recursive: true, force: true, maxRetries: 10 });
	const { data } = state.world;
	const snapshotId = data.deployments[deploymentId]?.snapshotId;
	if (snapshotId && !snapshotInUse(data, snapshotId)) await rm(state.snapshotPath(snapshotId), { force: true });
	await state.containers?.removeImage(deploymentId);
}
