import type { HealthFacts, StoppedTask, TargetHealth } from './facts.ts';

export interface HealthPolicy {
	/** Targets that must be healthy. */
	readonly minHealthy: number;
	/** How long a target may stay unhealthy, in ms. */
	readonly unhealthyMs: number;
}

export type Verdict =
	| { readonly kind: 'healthy'; readonly text: string }
	| { readonly kind: 'waiting'; readonly text: string }
	| {
			readonly kind: 'failed';
			readonly why: 'service-gone' | 'rollout' | 'task' | 'target';
			readonly text: string;
			/** The stopped task whose log may tell more. */
			readonly task: string | null;
			/** The one of its containers that failed. */
			readonly container?: string | undefined;
	  };

/** As often as this the same start may fail before it is called hopeless. */
const SAME_FAILURES = 2;

/**
 * Whether a starting deployment is healthy. Enough healthy targets win over others that flap, drain or start; failure is
 * called only where waiting cannot help: ECS gave up, tasks die the same way with none alive, or a target stays unhealthy.
 */
export function judgeHealth(facts: HealthFacts, policy: HealthPolicy): Verdict {
	const { service, targets } = facts;
	if (service === null) {
		return { kind: 'failed', why: 'service-gone', text: 'the ECS service is gone', task: null };
	}
	if (service.rollout === 'FAILED') {
		const task = facts.stoppedTasks[0];
		const text = `ECS gave the rollout up: ${service.rolloutReason ?? 'no reason given'}${task ? `; ${taskText(task)}` : ''}`;
		return { kind: 'failed', why: 'rollout', text, task: task?.id ?? null, container: task?.container };
	}
	const healthy = targets.filter((target) => target.state === 'healthy').length;
	if (healthy >= policy.minHealthy) {
		return { kind: 'healthy', text: `${healthy} of ${service.desired} targets healthy` };
	}
	const hopeless = healthy === 0 ? repeatedFailure(facts.stoppedTasks) : null;
	if (hopeless !== null) {
		const text = `tasks do not stay up: ${taskText(hopeless)}`;
		return { kind: 'failed', why: 'task', text, task: hopeless.id, container: hopeless.container };
	}
	const sick = targets.find(
		(target) => target.unhealthySince !== null && facts.now - target.unhealthySince >= policy.unhealthyMs,
	);
	if (sick) return { kind: 'failed', why: 'target', text: `target ${targetText(sick)}`, task: null };
	return { kind: 'waiting', text: waitingText(facts, healthy, policy.minHealthy) };
}

/** The newest failure, where the last starts failed the same way. Tasks that ECS or a person stopped are no failures. */
function repeatedFailure(stopped: readonly StoppedTask[]): StoppedTask | null {
	const failures = stopped.filter(
		(task) => task.stopCode === 'TaskFailedToStart' || task.stopCode === 'EssentialContainerExited',
	);
	const [newest] = failures;
	if (newest === undefined) return null;
	return failures.filter((task) => failureKind(task) === failureKind(newest)).length >= SAME_FAILURES ? newest : null;
}

/** `CannotPullContainerError: ref pull has been retried 5 time(s): …` → its first word; else how the container exited. */
function failureKind(task: StoppedTask): string {
	const text = task.containerReason ?? task.reason ?? '';
	const error = /^\s*(\w*(?:Error|Exception))\b/.exec(text)?.[1];
	return `${task.stopCode}:${error ?? `exit ${task.exitCode}`}`;
}

export function taskText(task: StoppedTask): string {
	const exit =
		task.exitCode === null
			? null
			: `exit code ${task.exitCode}${task.exitCode === 137 ? ' (killed, often out of memory)' : ''}`;
	const parts = [task.reason, task.containerReason, exit].filter((part) => part !== null && part !== '');
	return `task ${task.id} stopped: ${parts.join('; ') || (task.stopCode ?? 'no reason given')}`;
}

function targetText(target: TargetHealth): string {
	const why = [target.reason, target.description].filter((part) => part !== null && part !== '').join(': ');
	return `${target.id} is ${target.state}${why ? ` (${why})` : ''}`;
}

function waitingText({ service, targets, stoppedTasks }: HealthFacts, healthy: number, wanted: number): string {
	const parts = [`${healthy} of ${wanted} targets healthy`];
	const others = targets.filter((target) => target.state !== 'healthy');
	if (others.length > 0) parts.push(others.map(targetText).join(', '));
	else if (service) parts.push(`tasks: ${service.running} running, ${service.pending} starting`);
	if (stoppedTasks[0]) parts.push(taskText(stoppedTasks[0]));
	const event = service?.events[0];
	if (event) parts.push(`ECS: ${event}`);
	return parts.join('; ');
}
