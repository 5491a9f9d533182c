import { BuildFailure } from '../build/run-step.ts';
import type { DeploymentRow, DeploymentStatus } from '../world/model.ts';
import { keepSchedule } from './cron.ts';
import { runCronOnce } from './cron-run.ts';
import { type FleetState, newLive } from './fleet-state.ts';
import { engineOf } from './launch.ts';
import { type LiveDeployment, stopLive, verdict } from './live-deployment.ts';
import { pause } from './pause.ts';
import { publishAddress } from './publish-address.ts';
import { retire, sweep } from './retire.ts';
import { buildDeployment, preDeploy, startReplicas } from './start-deployment.ts';

/** QUEUED → INITIALIZING → BUILDING → DEPLOYING → SUCCESS, by itself; a newer deployment of the service takes over. */
export function makeDeployment(state: FleetState, row: DeploymentRow): void {
	for (const other of state.making.values()) if (other.instanceId === row.instanceId) other.abort.abort();
	const live = newLive(row);
	state.making.set(row.id, live);
	live.work = state.track(
		advance(state, row, live)
			.catch((error) => failed(state, row, live, error))
			.finally(() => state.making.delete(row.id)),
	);
}

/** What was built earlier runs again, after the platform was restarted. */
export function startAgain(state: FleetState, row: DeploymentRow): void {
	const live = newLive(row);
	state.logs.writer(row.id, 'deploy')('Started again after the platform was restarted.');
	state.returning.add(live);
	live.work = state.track(
		startPatiently(state, row, live)
			.catch((error) => failed(state, row, live, error))
			.finally(() => state.returning.delete(live)),
	);
}

/** Everything starts at once here, and some take ports that others look for: who lost that race tries again, alone. */
async function startPatiently(state: FleetState, row: DeploymentRow, live: LiveDeployment): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await (attempt === 1 ? start(state, row, live) : state.oneByOne(() => start(state, row, live)));
		} catch (error) {
			if (!(error instanceof BuildFailure) || attempt === MOST_STARTS || live.abort.signal.aborted) throw error;
			state.logs.writer(row.id, 'deploy')(`${error.message} Starting it once more.`, 'error');
			await Promise.all(live.replicas.splice(0).map((replica) => replica.stop(live.drainingSeconds * 1000)));
		}
	}
}

const MOST_STARTS = 3;

async function advance(state: FleetState, row: DeploymentRow, live: LiveDeployment): Promise<void> {
	const { signal } = live.abort;
	const enter = async (status: DeploymentStatus) => {
		await pause(state.behaviour.transitionMs, signal);
		state.setStatus(row.id, status);
	};
	await enter('INITIALIZING');
	await enter('BUILDING');
	const stuck = state.behaviour.stuckBuild(row.variables.RAILWAY_SERVICE_NAME ?? '');
	if (stuck) await pause(Number.POSITIVE_INFINITY, signal);
	for (const warning of warningsOf(row)) state.logs.writer(row.id, 'build')(warning, 'error');
	const { skipped, ...built } = await buildDeployment(state, row, signal);
	state.world.change(() => {
		row.built = built;
		// Said where a deploy reads it, because a line of a build log is found too late.
		const warnings = [...warningsOf(row), ...skipped.map(notCarriedOut)];
		if (skipped.length > 0) row.meta = { ...row.meta, buildWarnings: warnings };
	});
	await enter('DEPLOYING');
	await preDeploy(state, row, built, signal);
	await start(state, row, live);
}

/** Old and new run side by side until the new one is healthy; a fixed address cannot be shared, so there it stops first. */
async function start(state: FleetState, row: DeploymentRow, live: LiveDeployment): Promise<void> {
	const instance = state.world.data.instances[row.instanceId];
	if (!instance || !row.built) throw new BuildFailure('The service was deleted.');
	if (row.built.container !== undefined) engineOf(state);
	const before = state.serving.get(instance.id);
	if (instance.fixedPort !== null && before) await stopLive(before);
	const { cronSchedule } = row.settings;
	if (cronSchedule === null) await startReplicas(state, row, instance, row.built, live);
	live.abort.signal.throwIfAborted();
	state.world.change(() => {
		instance.activeDeploymentId = row.id;
	});
	state.setStatus(row.id, 'SUCCESS');
	state.serving.set(instance.id, live);
	publishAddress(state, instance, live);
	if (before) retire(state, before, overlapSeconds(row));
	for (const other of state.returning) if (other.instanceId === instance.id && other !== live) other.abort.abort();
	if (cronSchedule !== null) {
		const run = () => runCronOnce(state, row, instance, live);
		void keepSchedule(cronSchedule, state.behaviour.cronScale, state.now, live.abort.signal, run);
	} else if (live.replicas.length > 0) watch(state, row, live);
}

const warningsOf = ({ meta }: DeploymentRow): readonly string[] =>
	(meta.buildWarnings as readonly string[] | undefined) ?? [];

const notCarriedOut = (line: string): string =>
	`The local platform has no container engine and left out: ${line}. What it makes must be on this machine.`;

function watch(state: FleetState, row: DeploymentRow, live: LiveDeployment): void {
	void verdict(live).then((result) => {
		if (live.stopping || state.closing.signal.aborted) return;
		state.setStatus(row.id, result === 'CRASHED' ? 'CRASHED' : 'SUCCESS', true);
	});
}

async function failed(state: FleetState, row: DeploymentRow, live: LiveDeployment, error: unknown): Promise<void> {
	// Interrupted by the platform's own end: taken up again at the next start.
	if (state.closing.signal.aborted) return stopLive(live, state.behaviour.stopGraceMs);
	const superseded = live.abort.signal.aborted;
	await stopLive(live);
	if (!superseded) {
		const message = error instanceof BuildFailure ? error.message : `The platform failed: ${String(error)}`;
		state.logs.writer(row.id, row.built ? 'deploy' : 'build')(message, 'error');
		state.world.change(() => {
			row.failure = { message, at: state.now() };
		});
	}
	state.setStatus(row.id, superseded ? 'REMOVED' : error instanceof BuildFailure ? error.status : 'FAILED', true);
	// What was active before the platform's own restart is started again at the next one.
	if (state.world.data.instances[row.instanceId]?.activeDeploymentId !== row.id) await sweep(state, row.id);
}

/** How long the deployment before this one is kept beside it (facts §7). */
function overlapSeconds(row: DeploymentRow): number {
	return row.settings.overlapSeconds ?? Number(row.variables.RAILWAY_DEPLOYMENT_OVERLAP_SECONDS ?? 0);
}
