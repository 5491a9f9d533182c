import { pagePath } from 'pulse-deploy-kit/check-page';
import { usageError } from 'pulse-deploy-kit/errors';
import type { DeployRequest } from './deploy.ts';
import { secretReference } from './secret.ts';
import { parseServerAddress } from './server-address.ts';
import { sizeProblem } from './task.ts';

/**
 * What AWS would refuse only minutes later, for a command and a script alike.
 * @throws usage error for the first problem
 */
export function checkRequest(request: DeployRequest): void {
	const { task, health, reaper } = request;
	// Given as a variable of the tasks it wins over the flag.
	if (task.env.PULSE_SERVER_ADDRESS !== undefined) {
		parseServerAddress('PULSE_SERVER_ADDRESS', task.env.PULSE_SERVER_ADDRESS);
	}
	const both = Object.keys(task.secrets).filter((name) => name in task.env);
	if (both.length > 0) throw usageError(`given as a variable and as a secret: ${both.join(', ')}`);
	for (const [name, value] of Object.entries(task.secrets)) secretReference(name, value);
	const size = sizeProblem(task.cpu, task.memory);
	if (size !== null) throw usageError(size, 'Set --task-cpu and --task-memory.');
	const ranges: readonly (readonly [string, number, number, number?])[] = [
		['the desired count', task.desiredCount, 1],
		['the drain poll interval', task.drainPollSeconds, 1],
		['the drain grace period', task.drainGraceSeconds, 0],
		['the health check interval', health.intervalSeconds, 5, 300],
		['the health check timeout', health.timeoutSeconds, 2, 120],
		['the healthy threshold', health.healthyThreshold, 2, 10],
		['the unhealthy threshold', health.unhealthyThreshold, 2, 10],
		['the task grace period', health.taskGracePeriodSeconds, 0],
		['the health budget', health.budgetSeconds, 1, 86_400],
		['the idle timeout', request.network.idleTimeoutSeconds ?? 1, 1, 4000],
		["the reaper's schedule", reaper.scheduleMinutes, 1],
		['the rollback window', reaper.rollbackWindowSeconds ?? 0, 0],
		['the number of deployments kept to go back to', reaper.rollbackKeep, 1],
	];
	for (const [what, value, least, most = 2 ** 31 - 1] of ranges) {
		if (!Number.isInteger(value) || value < least || value > most)
			throw usageError(`${what} must be a whole number from ${least} to ${most}, got ${value}`);
	}
	for (const hours of [reaper.maxAgeHours, reaper.deploymentTimeoutHours]) {
		if (!(Number.isFinite(hours) && hours > 0)) throw usageError(`the reaper's hours must be above 0, got ${hours}`);
	}
	if (health.timeoutSeconds >= health.intervalSeconds) {
		throw usageError(
			`the health check timeout (${health.timeoutSeconds} s) must be shorter than its interval (${health.intervalSeconds} s)`,
			'Lower --health-check-timeout or raise --health-check-interval.',
		);
	}
	if (!/^\/[\x21-\x7e]{0,1023}$/.test(health.path))
		throw usageError(`the health check path must begin with / and hold no spaces, got '${health.path}'`);
	if (health.pagePath !== null) pagePath(health.pagePath);
}
