import { mkdir } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { type Built, build } from '../build/build.ts';
import { BuildFailure } from '../build/run-step.ts';
import { describe } from '../processes/spawn.ts';
import type { DeploymentRow, InstanceRow, StartSpec } from '../world/model.ts';
import { untilHealthy } from './healthcheck.ts';
import { launcher, runOnce } from './launch.ts';
import type { LiveDeployment } from './live-deployment.ts';
import { freePort } from './ports.ts';
import { regionOf } from './process-environment.ts';
import { NO_PROCESS, redisCommand } from './redis-command.ts';
import { type Replica, startReplica } from './replica.ts';
import type { RuntimeContext } from './runtime-context.ts';

const DEFAULT_HEALTHCHECK_SECONDS = 300;

/** Unpacks, installs and finds out what to run. */
export async function buildDeployment(
	context: RuntimeContext,
	row: DeploymentRow,
	signal: AbortSignal,
): Promise<Built> {
	const dir = context.deploymentDir(row.id);
	await mkdir(dir, { recursive: true, mode: 0o700 });
	return build(
		{
			deploymentId: row.id,
			dir,
			archive: row.snapshotId === null ? null : context.snapshotPath(row.snapshotId),
			settings: row.settings,
			variables: row.variables,
			dependencies: context.dependencies,
			buildCommand: context.buildCommand,
			path: [context.commandsDir, context.machinePath].join(delimiter),
			machinePath: context.machinePath,
			containers: context.containers,
		},
		{ registry: context.registry, log: context.logs.writer(row.id, 'build'), signal },
	);
}

/** Starts the replicas and returns once they pass the healthcheck; throws `BuildFailure` when they do not. */
export async function startReplicas(
	context: RuntimeContext,
	row: DeploymentRow,
	instance: InstanceRow,
	built: StartSpec,
	live: LiveDeployment,
): Promise<void> {
	const log = context.logs.writer(row.id, 'deploy');
	const count = row.settings.numReplicas;
	for (let i = 0; i < count; i++) {
		const port = instance.fixedPort ?? (await freePort());
		live.abort.signal.throwIfAborted();
		const command = redisCommand(context, row, port) ?? built.command;
		if (command === NO_PROCESS) {
			log('No redis-server on this machine: REDIS_URL is a SQLite database in the platform folder.');
			return;
		}
		live.replicas.push(startOne(context, row, instance, { ...built, command }, live, port, regionOf(row, i)));
	}
	const path = row.settings.healthcheckPath;
	if (path === null) return;
	const seconds =
		row.settings.healthcheckTimeout ??
		Number(row.variables.RAILWAY_HEALTHCHECK_TIMEOUT_SEC ?? DEFAULT_HEALTHCHECK_SECONDS);
	log(`Healthcheck: ${path}, until 200, at most ${seconds} s.`);
	const ended = new AbortController();
	const gaveUp = Promise.race(live.replicas.map((replica) => replica.ended));
	void gaveUp.then(() => ended.abort());
	const signal = AbortSignal.any([live.abort.signal, ended.signal]);
	try {
		const checks = live.replicas.map((replica) => untilHealthy(replica.port, path, seconds * 1000, signal));
		if (!(await Promise.all(checks)).every(Boolean)) {
			throw new BuildFailure(`Healthcheck failed: ${path} did not answer 200 within ${seconds} s.`);
		}
	} catch (error) {
		if (!ended.signal.aborted || live.abort.signal.aborted) throw error;
		const exit = await gaveUp;
		throw new BuildFailure(
			`Healthcheck failed: the process ended with ${describe(exit)} before it answered.`,
			exit.code === 0 ? 'FAILED' : 'CRASHED',
		);
	}
}

export function startOne(
	context: RuntimeContext,
	row: DeploymentRow,
	instance: InstanceRow,
	built: StartSpec,
	live: LiveDeployment,
	port: number,
	region?: string,
): Replica {
	const log = context.logs.writer(row.id, 'deploy');
	return startReplica({
		launch: launcher(context, row, built, port, region),
		port,
		policy: row.settings.cronSchedule === null ? row.settings : { ...row.settings, restartPolicyType: 'NEVER' },
		backoff: context.behaviour.restartBackoffMs,
		onLine: (text, severity, replica) => log(text, severity, replica),
		onChange: () => context.onReplicaChange(instance.id, live),
	});
}

export async function preDeploy(context: RuntimeContext, row: DeploymentRow, built: StartSpec, signal: AbortSignal) {
	const log = context.logs.writer(row.id, 'deploy');
	for (const command of row.settings.preDeployCommand ?? []) {
		await runOnce(context, row, built, command, { registry: context.registry, log, signal });
	}
}
