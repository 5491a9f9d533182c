import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import type { RunningTask } from '../tasks/program.ts';
import { taskNetwork } from '../tasks/task-network.ts';
import type { EcsPorts } from './ports.ts';
import { prepareContainer } from './prepare-container.ts';
import type { Task } from './state.ts';

export interface TaskContainer {
	readonly definition: ContainerDefinition;
	readonly running: RunningTask;
	exitCode: number | undefined;
}

/** Real ms that a starting process keeps time still, and one that was asked to end. */
const START_PATIENCE_MS = 10_000;
const STOP_PATIENCE_MS = 1_500;
const DEFAULT_STOP_TIMEOUT_S = 30;

/** What another one depends on comes first; otherwise as they are written. */
export function startOrder(definitions: readonly ContainerDefinition[]): ContainerDefinition[] {
	const ordered: ContainerDefinition[] = [];
	const add = (definition: ContainerDefinition) => {
		for (const { containerName } of definition.dependsOn ?? []) {
			const first = definitions.find(({ name }) => name === containerName);
			if (first !== undefined && !ordered.includes(first)) add(first);
		}
		if (!ordered.includes(definition)) ordered.push(definition);
	};
	for (const definition of definitions) add(definition);
	return ordered;
}

/** One after the other, in one network. @throws StartFailure, or what a program fails with; what had started is killed */
export async function startContainers(task: Task, ports: EcsPorts): Promise<void> {
	const network = taskNetwork(task.ip);
	const definitions = startOrder(task.definition.input.containerDefinitions ?? []);
	const prepared = definitions.map((definition) => ({ definition, ...prepareContainer(task, definition, ports) }));
	task.status = 'ACTIVATING';
	try {
		for (const { definition, program, start } of prepared) {
			const starting = program.start({ ...start, network });
			ports.state.containers.push(starting.catch(() => undefined));
			const running = await ports.clock.hold(starting, START_PATIENCE_MS);
			void ports.clock.hold(Promise.race([running.ready, running.exit]), START_PATIENCE_MS);
			task.containers.push({ definition, running, exitCode: undefined });
		}
	} catch (error) {
		for (const { running } of task.containers) running.stop('SIGKILL');
		throw error;
	}
}

/** In the reverse order of their start, each with its own time. Resolves when all have ended. */
export async function stopContainers(task: Task, ports: EcsPorts): Promise<void> {
	for (const { definition, running } of [...task.containers].reverse()) {
		running.stop('SIGTERM');
		void ports.clock.hold(running.exit, STOP_PATIENCE_MS);
		const timeout = definition.stopTimeout ?? DEFAULT_STOP_TIMEOUT_S;
		const kill = ports.clock.after(timeout * 1000, () => running.stop('SIGKILL'));
		await running.exit;
		kill.cancel();
	}
}
