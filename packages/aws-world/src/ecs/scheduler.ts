import type { Target } from '../elb/state.ts';
import type { EcsPorts } from './ports.ts';
import { addEvent, countFailure, reachedSteadyState } from './rollout.ts';
import type { Service, Task } from './state.ts';
import { startTask, stopTask } from './task-life.ts';

/** Looks at a service now and then again and again, until it is INACTIVE. */
export function schedule(service: Service, ports: EcsPorts): void {
	reconcile(service, ports);
	if (service.status !== 'INACTIVE') ports.clock.after(ports.timings.schedulerMs, () => schedule(service, ports));
}

/** Brings the tasks to what the service wants: one step, repeated. */
export function reconcile(service: Service, ports: EcsPorts): void {
	const { clock, state } = ports;
	const live = state.liveTasks(service);
	const wanted = live.filter((task) => task.desired === 'RUNNING');
	if (service.status === 'DRAINING') {
		if (live.length > 0) service.inactiveAt = undefined;
		else service.inactiveAt ??= clock.now() + ports.timings.serviceDeletionMs;
		if (service.inactiveAt !== undefined && clock.now() >= service.inactiveAt) service.status = 'INACTIVE';
		return;
	}
	for (const task of wanted) replaceIfUnhealthy(task, ports);
	const kept = wanted.filter((task) => task.desired === 'RUNNING');
	if (kept.length > service.desired) scaleIn(service, kept, ports);
	else if (kept.length < service.desired) scaleOut(service, service.desired - kept.length, ports);
	const steady =
		kept.length === service.desired &&
		live.length === kept.length &&
		kept.every((task) => task.status === 'RUNNING' && (!task.registration || isServing(task.registration.target)));
	if (steady) reachedSteadyState(service, clock);
	else service.steady = false;
}

const isServing = (target: Target) => target.state === 'healthy';

function scaleIn(service: Service, tasks: readonly Task[], ports: EcsPorts): void {
	const surplus = tasks.slice(service.desired);
	for (const task of surplus) {
		stopTask(
			task,
			'ServiceSchedulerInitiated',
			`Scaling activity initiated by (deployment ${service.deploymentId})`,
			ports,
		);
	}
	addEvent(service, `has stopped ${surplus.length} running tasks: ${names(surplus)}.`, ports.clock);
}

function scaleOut(service: Service, missing: number, ports: EcsPorts): void {
	if (service.rollout === 'FAILED' || ports.clock.now() < service.notBefore) return;
	if (ports.state.placementFailure !== undefined) {
		addEvent(service, `was unable to place a task. Reason: ${ports.state.placementFailure}.`, ports.clock);
		return;
	}
	const started = Array.from({ length: missing }, () => startTask(service, ports));
	addEvent(service, `has started ${missing} tasks: ${names(started)}.`, ports.clock);
}

/** ECS ends a task that the load balancer finds unhealthy once the grace period is over (default 0). */
function replaceIfUnhealthy(task: Task, ports: EcsPorts): void {
	const target = task.registration?.target;
	if (task.status !== 'RUNNING' || target?.state !== 'unhealthy') return;
	const grace = (task.service.input.healthCheckGracePeriodSeconds ?? 0) * 1000;
	if (ports.clock.now() < (task.startedAt ?? 0) + grace) return;
	const group = task.service.input.loadBalancers?.[0]?.targetGroupArn;
	addEvent(
		task.service,
		`(port ${target.port}) is unhealthy in (target-group ${group}) due to (reason ${target.description}).`,
		ports.clock,
	);
	stopTask(task, 'ServiceSchedulerInitiated', `Task failed ELB health checks in (target-group ${group})`, ports);
	countFailure(task.service, ports.clock);
}

const names = (tasks: readonly Task[]) => tasks.map((task) => `(task ${task.id})`).join(' ');
