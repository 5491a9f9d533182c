import type { TaskStopCode } from '@aws-sdk/client-ecs';
import { backgroundClock } from '../clock/background-clock.ts';
import { register } from '../elb/registration.ts';
import { taskAddress } from '../tasks/task-network.ts';
import type { EcsPorts } from './ports.ts';
import { StartFailure } from './prepare-container.ts';
import { addEvent, countFailure } from './rollout.ts';
import type { Service, Task } from './state.ts';
import { startContainers, stopContainers } from './task-containers.ts';

export function startTask(service: Service, ports: EcsPorts): Task {
	const id = ports.arns.id(32);
	const task: Task = {
		arn: ports.arns.of('ecs', `task/${service.clusterArn.split('/').at(-1)}/${id}`),
		id,
		service,
		definition: service.definition,
		ip: taskAddress(),
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
		containers: [],
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
	try {
		await startContainers(task, ports);
	} catch (error) {
		const known = error instanceof StartFailure;
		markStopped(task, 'TaskFailedToStart', known ? error.message : `CannotStartContainerError: ${error}`, ports);
		countFailure(task.service, ports.clock);
		return ended(task, ports);
	}
	for (const container of task.containers) {
		void container.running.exit.then((code) => {
			container.exitCode = code;
			task.exitCode ??= code;
			if (task.desired === 'RUNNING' && container.definition.essential !== false) return endedByItself(task, ports);
		});
	}
	if (toStop(task)) return shutDown(task, ports);
	task.status = 'RUNNING';
	task.startedAt = ports.clock.now();
	for (const { targetGroupArn, containerName, containerPort } of task.service.input.loadBalancers ?? []) {
		const group = ports.elb.targetGroups.get(targetGroupArn ?? '');
		const container = task.containers.find(({ definition }) => definition.name === containerName);
		if (!group || !container) continue;
		const { address } = container.running;
		task.registration = register(group, { id: task.ip, port: containerPort!, address }, ports.clock);
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
	task.status = 'DEACTIVATING';
	if (task.registration) {
		addEvent(task.service, 'has begun draining connections on 1 tasks.', ports.clock);
		await task.registration.deregister();
	}
	task.status = 'STOPPING';
	await stopContainers(task, ports);
	await ended(task, ports);
}

async function endedByItself(task: Task, ports: EcsPorts): Promise<void> {
	markStopped(task, 'EssentialContainerExited', 'Essential container in task exited', ports);
	countFailure(task.service, ports.clock);
	task.status = 'STOPPING';
	// The target drains on its own, and the end of the task does not wait for that.
	void task.registration?.deregister();
	await stopContainers(task, ports);
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
