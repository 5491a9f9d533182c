import { rm } from 'node:fs/promises';
import { BuildFailure } from '../build/run-step.ts';
import { Refusal } from '../refusal.ts';
import { createDeployment, setStatus, snapshotInUse } from '../world/deployments.ts';
import { deploymentOf } from '../world/lookup.ts';
import { type DeploymentRow, type DeploymentStatus, IN_PROGRESS, type InstanceRow } from '../world/model.ts';
import { keepSchedule } from './cron.ts';
import { runCronOnce } from './cron-run.ts';
import { type LiveDeployment, portsOf, stopLive, verdict } from './live-deployment.ts';
import { pause } from './pause.ts';
import { publishAddress } from './publish-address.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { buildDeployment, preDeploy, startReplicas } from './start-deployment.ts';
import type { Targets } from './targets.ts';

/** Everything that runs. Deploying answers at once; the rest happens by itself and shows in the deployment's status. */
export interface Fleet extends Targets {
	deploy(instance: InstanceRow, meta?: Readonly<Record<string, unknown>>): DeploymentRow;
	restart(deploymentId: string): Promise<void>;
	/** Ends a deployment for good, whether it is being made or runs. */
	remove(deploymentId: string): void;
	/** For instances that are gone from the world, with the ids of their deployments. */
	forget(instance: InstanceRow, serviceName: string, deploymentIds: readonly string[]): void;
	runCronNow(instance: InstanceRow): void;
	replicaStatuses(deploymentId: string): { id: string; status: string; pid: number; port: number }[];
	/** Starts what ran, and goes on with what was under way, when the platform last ended. */
	resume(): void;
	close(): Promise<void>;
}

export function createFleet(context: RuntimeContext): Fleet {
	const { world, behaviour, now } = context;
	const serving = new Map<string, LiveDeployment>();
	const pipelines = new Map<string, { abort: AbortController; instanceId: string }>();
	const ending = new Set<Promise<void>>();
	const closing = new AbortController();

	const set = (id: string, status: DeploymentStatus, stopped = false) =>
		world.change((data) => setStatus(data, id, status, stopped, now()));
	const log = (id: string) => context.logs.writer(id, 'deploy');

	function begin(row: DeploymentRow): void {
		for (const other of pipelines.values()) if (other.instanceId === row.instanceId) other.abort.abort();
		const abort = new AbortController();
		pipelines.set(row.id, { abort, instanceId: row.instanceId });
		const live = newLive(row, abort);
		const done = deployOne(row, live)
			.catch((error) => failed(row, live, error))
			.finally(() => pipelines.delete(row.id));
		track(done);
	}

	async function deployOne(row: DeploymentRow, live: LiveDeployment): Promise<void> {
		const { signal } = live.abort;
		const advance = async (status: DeploymentStatus) => {
			await pause(behaviour.transitionMs, signal);
			set(row.id, status);
		};
		await advance('INITIALIZING');
		await advance('BUILDING');
		const name = row.variables.RAILWAY_SERVICE_NAME ?? '';
		if (behaviour.stuckBuild(name)) await pause(Number.POSITIVE_INFINITY, signal);
		const built = await buildDeployment(context, row, signal);
		world.change(() => {
			row.built = built;
		});
		await advance('DEPLOYING');
		await preDeploy(context, row, built, signal);
		await start(row, live);
	}

	/** Old and new run side by side until the new one is healthy; a fixed address cannot be shared, so there it stops first. */
	async function start(row: DeploymentRow, live: LiveDeployment): Promise<void> {
		const instance = world.data.instances[row.instanceId];
		if (!instance || !row.built) throw new BuildFailure('The service was deleted.');
		const before = serving.get(instance.id);
		if (instance.fixedPort !== null && before) await stopLive(before);
		if (row.settings.cronSchedule === null) await startReplicas(context, row, instance, row.built, live);
		live.abort.signal.throwIfAborted();
		world.change(() => {
			instance.activeDeploymentId = row.id;
			setStatus(world.data, row.id, 'SUCCESS', false, now());
		});
		serving.set(instance.id, live);
		publishAddress(context, instance, live);
		if (before) retire(before, overlapSeconds(row));
		if (row.settings.cronSchedule !== null) schedule(row, instance, live);
		else if (live.replicas.length > 0) watch(row, live);
	}

	function schedule(row: DeploymentRow, instance: InstanceRow, live: LiveDeployment): void {
		const { cronSchedule } = row.settings;
		void keepSchedule(cronSchedule!, behaviour.cronScale, now, live.abort.signal, () =>
			runCronOnce(context, row, instance, live),
		);
	}

	function watch(row: DeploymentRow, live: LiveDeployment): void {
		void verdict(live).then((result) => {
			if (live.stopping || closing.signal.aborted) return;
			set(row.id, result === 'CRASHED' ? 'CRASHED' : 'SUCCESS', true);
		});
	}

	function retire(live: LiveDeployment, afterSeconds: number): void {
		track(
			(async () => {
				await pause(afterSeconds * 1000, AbortSignal.any([live.abort.signal, closing.signal])).catch(() => {});
				if (closing.signal.aborted) return stopLive(live, behaviour.stopGraceMs);
				set(live.deploymentId, 'REMOVING');
				await stopLive(live);
				set(live.deploymentId, 'REMOVED', true);
				await sweep(live.deploymentId);
			})(),
		);
	}

	async function failed(row: DeploymentRow, live: LiveDeployment, error: unknown): Promise<void> {
		// Interrupted by the platform's own end: taken up again by `resume`.
		if (closing.signal.aborted) return stopLive(live, behaviour.stopGraceMs);
		const aborted = live.abort.signal.aborted;
		await stopLive(live);
		if (!aborted) {
			const message = error instanceof BuildFailure ? error.message : `The platform failed: ${String(error)}`;
			context.logs.writer(row.id, row.built ? 'deploy' : 'build')(message, 'error');
		}
		set(row.id, aborted ? 'REMOVED' : error instanceof BuildFailure ? error.status : 'FAILED', true);
		await sweep(row.id);
	}

	/** A removed deployment leaves its log, not its files. */
	async function sweep(deploymentId: string): Promise<void> {
		await rm(context.deploymentDir(deploymentId), { recursive: true, force: true });
		const snapshotId = world.data.deployments[deploymentId]?.snapshotId;
		if (snapshotId && !snapshotInUse(world.data, snapshotId))
			await rm(context.snapshotPath(snapshotId), { force: true });
	}

	function track(work: Promise<void>): void {
		ending.add(work);
		void work.finally(() => ending.delete(work));
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
			const row = world.change((data) => createDeployment(data, instance, meta, now()));
			begin(row);
			return row;
		},
		async restart(deploymentId) {
			const row = deploymentOf(world.data, deploymentId);
			const live = serving.get(row.instanceId);
			if (live?.deploymentId !== deploymentId) throw new Refusal('Deployment is not running');
			await Promise.all(live.replicas.map((replica) => replica.restart(live.drainingSeconds * 1000)));
		},
		remove(deploymentId) {
			const row = deploymentOf(world.data, deploymentId);
			pipelines.get(deploymentId)?.abort.abort();
			const live = serving.get(row.instanceId);
			if (live?.deploymentId !== deploymentId) return;
			serving.delete(row.instanceId);
			world.change((data) => {
				const instance = data.instances[row.instanceId];
				if (instance) {
					instance.activeDeploymentId = null;
					publishAddress(context, instance, null);
				}
			});
			retire(live, 0);
		},
		forget(instance, serviceName, deploymentIds) {
			for (const id of deploymentIds) pipelines.get(id)?.abort.abort();
			const live = serving.get(instance.id);
			serving.delete(instance.id);
			context.privateNetwork.set(instance.environmentId, serviceName, null);
			track(
				(async () => {
					if (live) await stopLive(live);
					for (const id of deploymentIds) {
						await rm(context.deploymentDir(id), { recursive: true, force: true });
						await context.logs.remove(id);
					}
					if (instance.snapshotId) await rm(context.snapshotPath(instance.snapshotId), { force: true });
				})(),
			);
		},
		runCronNow(instance) {
			const live = serving.get(instance.id);
			const row = live && world.data.deployments[live.deploymentId];
			if (!live || !row?.settings.cronSchedule) throw new Refusal('Service has no cron deployment to run');
			runCronOnce(context, row, instance, live);
		},
		replicaStatuses(deploymentId) {
			const live = [...serving.values()].find((entry) => entry.deploymentId === deploymentId);
			return (live?.replicas ?? []).map(({ id, status, pid, port }) => ({ id, status, pid, port }));
		},
		resume() {
			for (const row of Object.values(world.data.deployments)) {
				if (IN_PROGRESS.has(row.status)) begin(row);
				else if (row.status === 'SUCCESS' || row.status === 'REMOVING' || row.status === 'CRASHED') resumeOne(row);
			}
		},
		async close() {
			closing.abort();
			for (const pipeline of pipelines.values()) pipeline.abort.abort();
			await Promise.all([...serving.values()].map((live) => stopLive(live, behaviour.stopGraceMs)));
			while (ending.size > 0) await Promise.all(ending);
		},
	};

	function resumeOne(row: DeploymentRow): void {
		if (world.data.instances[row.instanceId]?.activeDeploymentId !== row.id) {
			if (row.status === 'CRASHED') return;
			set(row.id, 'REMOVED', true);
			track(sweep(row.id));
			return;
		}
		if (row.stopped && row.settings.cronSchedule === null) return;
		const live = newLive(row, new AbortController());
		log(row.id)('Started again after the platform was restarted.');
		track(start(row, live).catch((error) => failed(row, live, error)));
	}
}

function newLive(row: DeploymentRow, abort: AbortController): LiveDeployment {
	const drainingSeconds =
		row.settings.drainingSeconds ?? Number(row.variables.RAILWAY_DEPLOYMENT_DRAINING_SECONDS ?? 0);
	return { deploymentId: row.id, replicas: [], abort, drainingSeconds, starting: false, stopping: null };
}

/** How long the deployment before this one is kept beside it (facts §7). */
function overlapSeconds(row: DeploymentRow): number {
	return row.settings.overlapSeconds ?? Number(row.variables.RAILWAY_DEPLOYMENT_OVERLAP_SECONDS ?? 0);
}
