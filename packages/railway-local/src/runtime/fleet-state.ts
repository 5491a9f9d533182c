import { type Background, createBackground } from '../background.ts';
import { setStatus } from '../world/deployments.ts';
import type { DeploymentRow, DeploymentStatus } from '../world/model.ts';
import type { LiveDeployment } from './live-deployment.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** What is alive, shared by the verbs of the fleet. */
export interface FleetState extends RuntimeContext, Background {
	/** Instance id to the deployment that its addresses lead to. */
	readonly serving: Map<string, LiveDeployment>;
	/** Being built or started, by deployment id. */
	readonly making: Map<string, LiveDeployment>;
	/** Started again with the platform. A newer deployment that is being made ends them only when it takes over. */
	readonly returning: Set<LiveDeployment>;
	/** Replaced or removed, still running: overlap and draining. */
	readonly retiring: Set<LiveDeployment>;
	/** Aborts when the platform ends: everything stops, and statuses stay as they are for the next start. */
	readonly closing: AbortController;
	/** Runs work when all that was given before has ended. */
	oneByOne<T>(work: () => Promise<T>): Promise<T>;
	setStatus(deploymentId: string, status: DeploymentStatus, stopped?: boolean): void;
}

export function createFleetState(context: RuntimeContext): FleetState {
	let queue: Promise<unknown> = Promise.resolve();
	return {
		oneByOne(work) {
			const turn = queue.then(work, work);
			queue = turn.catch(() => {});
			return turn;
		},
		...context,
		...createBackground(context.report),
		serving: new Map(),
		making: new Map(),
		returning: new Set(),
		retiring: new Set(),
		closing: new AbortController(),
		setStatus(deploymentId, status, stopped = false) {
			context.world.change((data) => setStatus(data, deploymentId, status, stopped, context.now()));
		},
	};
}

export function newLive(row: DeploymentRow): LiveDeployment {
	const drainingSeconds =
		row.settings.drainingSeconds ?? Number(row.variables.RAILWAY_DEPLOYMENT_DRAINING_SECONDS ?? 0);
	return {
		deploymentId: row.id,
		instanceId: row.instanceId,
		replicas: [],
		abort: new AbortController(),
		drainingSeconds,
		starting: false,
		stopping: null,
		work: Promise.resolve(),
	};
}
