import { describe, expect, test } from 'vitest';
import type { HealthFacts, ServiceHealth, StoppedTask, TargetHealth } from './facts.ts';
import { judgeHealth } from './judge.ts';

const NOW = 1_000_000;
const POLICY = { minHealthy: 2, unhealthyMs: 60_000 };
const SERVICE: ServiceHealth = {
	desired: 2,
	running: 2,
	pending: 0,
	rollout: 'IN_PROGRESS',
	rolloutReason: null,
	events: [],
};
const target = (id: string, state: string, unhealthySince: number | null = null): TargetHealth => ({
	id,
	state,
	reason: state === 'unhealthy' ? 'Target.ResponseCodeMismatch' : null,
	description: state === 'unhealthy' ? 'Health checks failed with these codes: [500]' : null,
	unhealthySince,
});
const stopped = (id: string, change: Partial<StoppedTask> = {}): StoppedTask => ({
	id,
	stopCode: 'EssentialContainerExited',
	reason: 'Essential container in task exited',
	exitCode: 1,
	containerReason: null,
	...change,
});
const judge = (change: Partial<HealthFacts>) =>
	judgeHealth({ now: NOW, service: SERVICE, targets: [], stoppedTasks: [], ...change }, POLICY);

describe('A7.2: a deployment is healthy', () => {
	test('when enough targets are', () => {
		expect(judge({ targets: [target('a', 'healthy'), target('b', 'healthy')] }).kind).toBe('healthy');
	});

	test('although others flap, drain or failed before', () => {
		const verdict = judge({
			targets: [target('a', 'healthy'), target('b', 'healthy'), target('c', 'unhealthy', 0), target('d', 'draining')],
			stoppedTasks: [stopped('1'), stopped('2')],
		});
		expect(verdict.kind).toBe('healthy');
	});
});

describe('a deployment is waited for', () => {
	test.each<[string, Partial<HealthFacts>]>([
		['before its first target', { targets: [] }],
		['while a target starts', { targets: [target('a', 'healthy'), target('b', 'initial')] }],
		['while a target is unhealthy for less than a minute', { targets: [target('a', 'unhealthy', NOW - 59_999)] }],
		['while targets drain or are not in use', { targets: [target('a', 'draining'), target('b', 'unused')] }],
		['after one failed start', { stoppedTasks: [stopped('1')] }],
		['after two that failed differently', { stoppedTasks: [stopped('1'), stopped('2', { exitCode: 137 })] }],
		[
			'when a person stopped tasks',
			{ stoppedTasks: [stopped('1', { stopCode: 'UserInitiated' }), stopped('2', { stopCode: 'UserInitiated' })] },
		],
		[
			'while one target is well, although tasks failed',
			{ targets: [target('a', 'healthy')], stoppedTasks: [stopped('1'), stopped('2')] },
		],
	])('%s', (_, change) => expect(judge(change).kind).toBe('waiting'));

	test('saying what for', () => {
		const verdict = judge({
			service: { ...SERVICE, events: ['(service x) was unable to place a task'] },
			targets: [target('a', 'healthy'), { ...target('b', 'initial'), reason: 'Elb.InitialHealthChecking' }],
		});
		expect(verdict.text).toBe(
			'1 of 2 targets healthy; b is initial (Elb.InitialHealthChecking); ECS: (service x) was unable to place a task',
		);
	});
});

describe('A7.2: a deployment has failed', () => {
	test('when its service is gone', () => {
		expect(judge({ service: null })).toMatchObject({ kind: 'failed', why: 'service-gone' });
	});

	test('when ECS gave up, with the reason and the last task', () => {
		const verdict = judge({
			service: {
				...SERVICE,
				rollout: 'FAILED',
				rolloutReason: 'ECS deployment circuit breaker: tasks failed to start.',
			},
			stoppedTasks: [stopped('abc', { exitCode: 137 })],
		});
		expect(verdict).toMatchObject({ kind: 'failed', why: 'rollout', task: 'abc' });
		expect(verdict.text).toContain('circuit breaker');
		expect(verdict.text).toContain('exit code 137 (killed, often out of memory)');
	});

	test('when tasks cannot pull their image again and again, before ECS gives up', () => {
		const reason = (retry: number) => `CannotPullContainerError: ref pull has been retried ${retry} time(s): not found`;
		const verdict = judge({
			stoppedTasks: [1, 2].map((n) =>
				stopped(String(n), { stopCode: 'TaskFailedToStart', exitCode: null, reason: reason(n) }),
			),
		});
		expect(verdict).toMatchObject({ kind: 'failed', why: 'task', task: '1' });
		expect(verdict.text).toContain('CannotPullContainerError');
	});

	test('when a target stays unhealthy for a minute, with target, state and reason', () => {
		const verdict = judge({ targets: [target('a', 'healthy'), target('10.0.1.7:8000', 'unhealthy', NOW - 60_000)] });
		expect(verdict).toMatchObject({ kind: 'failed', why: 'target' });
		expect(verdict.text).toBe(
			'target 10.0.1.7:8000 is unhealthy (Target.ResponseCodeMismatch: Health checks failed with these codes: [500])',
		);
	});
});
