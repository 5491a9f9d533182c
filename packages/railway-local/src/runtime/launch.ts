import { rm } from 'node:fs/promises';
import { BuildFailure, runStep, type StepContext } from '../build/run-step.ts';
import type { Containers } from '../containers/containers.ts';
import { runCommand, startContainer } from '../containers/start-container.ts';
import { startProcess } from '../processes/spawn.ts';
import type { DeploymentRow, StartSpec } from '../world/model.ts';
import { withOwnPort } from './own-port.ts';
import { freePort } from './ports.ts';
import { appPort, containerEnvironment, processEnvironment } from './process-environment.ts';
import type { ReplicaSpec } from './replica.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { loopbackCommand } from './stay-on-loopback.ts';

/** How a replica is started each time: a process of this machine, or a container. */
export function launcher(
	context: RuntimeContext,
	row: DeploymentRow,
	built: StartSpec,
	port: number,
	region?: string,
): ReplicaSpec['launch'] {
	const { container, cwd } = built;
	if (container === undefined) {
		const command = loopbackCommand(withOwnPort(built.command, row.variables.PORT, port));
		const env = processEnvironment(context, row, built, port, region);
		return (id, _, onLine) =>
			startProcess({ command, cwd, env: { ...env, RAILWAY_REPLICA_ID: id }, onLine }, context.registry);
	}
	const containers = engineOf(context);
	const ports = { host: port, app: appPort(row, port) };
	return (id, times, onLine) => {
		const name = `pulse-local-${id}-${times}`;
		const env = { ...containerEnvironment(row, ports.app, region), RAILWAY_REPLICA_ID: id };
		return startContainer({ container, name, cwd, env, ports, onLine }, containers, context.registry);
	};
}

/** A command that runs to its end where the replicas of a deployment run. */
export async function runOnce(
	context: RuntimeContext,
	row: DeploymentRow,
	{ container, ...built }: StartSpec,
	command: string,
	step: StepContext,
): Promise<void> {
	const { cwd } = built;
	const port = await freePort();
	if (container === undefined) {
		return runStep(step, { command, cwd, env: processEnvironment(context, row, built, port) });
	}
	const containers = engineOf(context);
	const name = `pulse-local-${row.id}-${port}`;
	const env = containerEnvironment(row, appPort(row, port));
	const start = { ...container, start: ['/bin/sh', '-c', command] };
	const run = runCommand({ container: start, name, cwd, env, ports: null }, containers);
	try {
		await runStep(step, { command: run.command, cwd, env: run.env });
	} finally {
		await rm(run.file, { force: true });
		await containers.remove(name).catch(() => {});
	}
}

/** @throws BuildFailure where the deployment was built as an image, and there is no engine any more */
export function engineOf({ containers }: Pick<RuntimeContext, 'containers'>): Containers {
	if (containers !== null) return containers;
	throw new BuildFailure('It was built as an image, and this platform was started without --containers.');
}
