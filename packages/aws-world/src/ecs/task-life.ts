import type { TaskStopCode } from '@aws-sdk/client-ecs';
import { backgroundClock } from '../clock/background-clock.ts';
import { register } from '../elb/registration.ts';
import type { RunningTask } from '../tasks/program.ts';
import type { EcsPorts } from './ports.ts';
import { prepareContainer, StartFailure } from './prepare-container.ts';
import { addEvent, countFailure } from './rollout.ts';
import type { Service, Task } from './state.ts';

/** Real ms that a starting process keeps time still, and one that was asked to end. */
const START_PATIENCE_MS = 10_000;
const STOP_PATIENCE_MS = 1_500;
const DEFAULT_STOP_TIMEOUT_S = 30;

export function startTask(service: Service, ports: EcsPorts): Task {
	const id = ports.arns.id(32);
	const count = ports.state.tasks.length + 1;
	const task: Task = {
		arn: ports.arns.of('ecs', `task/${service.clusterArn.split('/').at(-1)}/${id}`),
		id,
		service,
		definition: service.definition,
		ip: `10.0.${Math.floor(count / 250) % 250}.${(count % 250) + 4}`,
		createdAt: ports.clock.now(),
		status: 'PROVISIONING',
		desired: 'RUNNING',
		startedAt: undefined,
		stoppingAt: undefined,
		stoppedAt: undefined,
		stopCode: undefined,
		stoppedReason: undefined,
		exitCode: undefined,
		containerReason: undefined,
		container: undefined,
		registration: undefined,
	};
	ports.state.tasks.push(task);
	void run(task, ports);
	return task;
}

/** Asked again after every wait: a stop may have come in between. */
const toStop = (task: Task) => task.desired === 'STOPPED';

async function run(task: Task, ports: EcsPorts): Promise<void> {
	await backgroundClock(ports.clock).sleep(ports.timings.provisioningMs);
	if (toStop(task)) return ended(task, ports);
	task.status = 'PENDING';
	await backgroundClock(ports.clock).sleep(ports.timings.pullingMs);
	if (toStop(task)) return ended(task, ports);
	let container: RunningTask;
	try {
		const { program, start } = prepareContainer(task, ports);
		task.status = 'ACTIVATING';
		const starting = program.start(start);
		ports.state.containers.push(starting.catch(() => undefined));
		container = await ports.clock.hold(starting, START_PATIENCE_MS);
	} catch (error) {
		const known = error instanceof StartFailure;
		markStopped(task, 'TaskFailedToStart', known ? error.message : `CannotStartContainerError: ${error}`, ports);
		countFailure(task.service, ports.clock);
		return ended(task, ports);
	}
	task.container = container;
	void ports.clock.hold(Promise.race([container.ready, container.exit]), START_PATIENCE_MS);
	void container.exit.then((code) => {
		task.exitCode = code;
		if (task.desired === 'RUNNING') return endedByItself(task, ports);
	});
	if (toStop(task)) return shutDown(task, ports);
	task.status = 'RUNNING';
	task.startedAt = ports.clock.now();
	for (const { targetGroupArn, containerPort } of task.service.input.loadBalancers ?? []) {
		const group = ports.elb.targetGroups.get(targetGroupArn ?? '');
		if (!group) continue;
		task.registration = register(group, { id: task.ip, port: containerPort!, address: container.address }, ports.clock);
		addEvent(task.service, `registered 1 targets in (target-group ${group.arn})`, ports.clock);
	}
}

/** Asks a task to end. Out of the load balancer first, then SIGTERM, then SIGKILL after its stop timeout. */
export function stopTask(task: Task, code: TaskStopCode, reason: string, ports: EcsPorts): void {
	if (task.desired === 'STOPPED') return;
	const hadContainer = task.status === 'RUNNING';
	markStopped(task, code, reason, ports);
	// Earlier in its life the task notices by itself at its next step.
	if (hadContainer) void shutDown(task, ports);
}

async function shutDown(task: Task, ports: EcsPorts): Promise<void> {
	const container = task.container!;
	task.status = 'DEACTIVATING';
	if (task.registration) {
		addEvent(task.service, 'has begun draining connections on 1 tasks.', ports.clock);
		await task.registration.deregister();
	}
	task.status = 'STOPPING';
	container.stop('SIGTERM');
	void ports.clock.hold(container.exit, STOP_PATIENCE_MS);
	const timeout = task.definition.input.containerDefinitions?.[0]?.stopTimeout ?? DEFAULT_STOP_TIMEOUT_S;
	const kill = ports.clock.after(timeout * 1000, () => container.stop('SIGKILL'));
	await container.exit;
	kill.cancel();
	await ended(task, ports);
}

async function endedByItself(task: Task, ports: EcsPorts): Promise<void> {
	markStopped(task, 'EssentialContainerExited', 'Essential container in task exited', ports);
	countFailure(task.service, ports.clock);
	task.status = 'STOPPING';
	// The target drains on its own; nobody waits for it.
	void task.registration?.deregister();
	await ended(task, ports);
}

function markStopped(task: Task, code: TaskStopCode, reason: string, { clock }: EcsPorts): void {
	task.desired = 'STOPPED';
	task.stopCode = code;
	task.stoppedReason = reason;
	task.stoppingAt = clock.now();
}

async function ended(task: Task, ports: EcsPorts): Promise<void> {
	task.status = 'DEPROVISIONING';
	await backgroundClock(ports.clock).sleep(ports.timings.deprovisioningMs);
	task.status = 'STOPPED';
	task.stoppedAt = ports.clock.now();
}
