import { Refusal } from '../refusal.ts';
import { createDeployment, dropOldDeployments } from '../world/deployments.ts';
import { deploymentOf } from '../world/lookup.ts';
import { type DeploymentRow, IN_PROGRESS, type InstanceRow } from '../world/model.ts';
import { runCronOnce } from './cron-run.ts';
import { createFleetState } from './fleet-state.ts';
import { forget } from './forget.ts';
import { portsOf, stopLive } from './live-deployment.ts';
import { makeDeployment, startAgain } from './make-deployment.ts';
import { publishAddress } from './publish-address.ts';
import { retire, sweep } from './retire.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** Everything that runs. Deploying answers at once; the rest happens by itself and shows in the deployment's status. */
export interface Fleet {
	/** Ports on 127.0.0.1 that answer for a service; `null` when nothing is deployed, empty when every process is down. */
	portsOf(instanceId: string): readonly number[] | null;
	deploy(instance: InstanceRow, meta?: Readonly<Record<string, unknown>>): DeploymentRow;
	restart(deploymentId: string): Promise<void>;
	/** Ends a deployment for good, whether it is being made or runs. */
	remove(deploymentId: string): void;
	/** For an instance that is gone from the world, with what was deployed of it. */
	forget(instance: InstanceRow, serviceName: string, deployments: readonly DeploymentRow[]): void;
	runCronNow(instance: InstanceRow): void;
	replicaStatuses(deploymentId: string): { id: string; status: string; pid: number; port: number }[];
	/** Starts what ran, and goes on with what was under way, when the platform last ended. */
	resume(): void;
	close(): Promise<void>;
}

export function createFleet(context: RuntimeContext): Fleet {
	const state = createFleetState(context);
	const { world, serving, making, returning, retiring } = state;

	/** What was active and did not come up at the last start is what its addresses lead to all the same. */
	const didNotReturn = (row: DeploymentRow): boolean =>
		row.status === 'FAILED' &&
		row.built !== null &&
		world.data.instances[row.instanceId]?.activeDeploymentId === row.id;

	function resumeOne(row: DeploymentRow): void {
		if (world.data.instances[row.instanceId]?.activeDeploymentId === row.id) {
			const over = row.stopped && row.status !== 'FAILED' && row.settings.cronSchedule === null;
			if (!over) startAgain(state, row);
		} else if (row.status !== 'CRASHED') {
			state.setStatus(row.id, 'REMOVED', true);
			state.track(sweep(state, row.id));
		}
	}

	return {
		portsOf(instanceId) {
			const live = serving.get(instanceId);
			return live ? portsOf(live) : null;
		},
		deploy(instance, meta = {}) {
			if (instance.settings.image === null && instance.snapshotId === null) {
				throw new Refusal('Cannot redeploy without a snapshot');
			}
			const row = world.change((data) => createDeployment(data, instance, meta, state.now()));
			makeDeployment(state, row);
			for (const id of world.change((data) => dropOldDeployments(data, instance))) state.track(state.logs.remove(id));
			return row;
		},
		async restart(deploymentId) {
			const row = deploymentOf(world.data, deploymentId);
			const live = serving.get(row.instanceId);
			if (live?.deploymentId !== deploymentId) throw new Refusal('Deployment is not running');
			await Promise.all(live.replicas.map((replica) => replica.restart(live.drainingSeconds * 1000)));
		},
		remove(deploymentId) {
			const { instanceId } = deploymentOf(world.data, deploymentId);
			for (const live of [...making.values(), ...returning, ...retiring]) {
				if (live.deploymentId === deploymentId) live.abort.abort();
			}
			const live = serving.get(instanceId);
			const instance = world.data.instances[instanceId];
			if (live?.deploymentId !== deploymentId || !instance) return;
			serving.delete(instanceId);
			world.change(() => {
				instance.activeDeploymentId = null;
			});
			publishAddress(state, instance, null);
			retire(state, live, 0);
		},
		forget: (instance, serviceName, deployments) => forget(state, instance, serviceName, deployments),
		runCronNow(instance) {
			const live = serving.get(instance.id);
			const row = live && world.data.deployments[live.deploymentId];
			if (!live || !row?.settings.cronSchedule) throw new Refusal('Service has no cron deployment to run');
			runCronOnce(state, row, instance, live);
		},
		replicaStatuses(deploymentId) {
			const live = [...serving.values(), ...making.values()].find((entry) => entry.deploymentId === deploymentId);
			return (live?.replicas ?? []).map(({ id, status, pid, port }) => ({ id, status, pid, port }));
		},
		resume() {
			for (const row of Object.values(world.data.deployments)) {
				if (IN_PROGRESS.has(row.status)) makeDeployment(state, row);
				else if (['SUCCESS', 'REMOVING', 'CRASHED'].includes(row.status) || didNotReturn(row)) resumeOne(row);
			}
		},
		async close() {
			state.closing.abort();
			for (const live of [...making.values(), ...returning]) live.abort.abort();
			const isStore = (instanceId: string) => world.data.instances[instanceId]?.fixedPort != null;
			const stopAll = (stores: boolean) =>
				Promise.all(
					[...serving]
						.filter(([instanceId]) => isStore(instanceId) === stores)
						.map(([, live]) => stopLive(live, state.behaviour.stopGraceMs)),
				);
			// Databases last, so that what uses them can still write.
			await stopAll(false);
			await stopAll(true);
			await state.settled();
		},
	};
}
