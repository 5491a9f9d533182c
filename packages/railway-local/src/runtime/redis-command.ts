import { join } from 'node:path';
import { knownImage, writeRedisConfig } from '../build/image.ts';
import { BuildFailure } from '../build/run-step.ts';
import { findOnPath } from '../find-on-path.ts';
import { shellQuote } from '../shell-quote.ts';
import type { DeploymentRow } from '../world/model.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** Instead of a command: the service has no process here. */
export const NO_PROCESS = '';

/** `null` for anything but Redis. */
export function redisCommand(context: RuntimeContext, row: DeploymentRow, port: number): string | null {
	if (row.settings.image === null || knownImage(row.settings.image) !== 'redis') return null;
	if (row.variables.REDIS_URL?.startsWith('sqlite:')) return NO_PROCESS;
	const server = findOnPath('redis-server', context.machinePath);
	if (server === null) throw new BuildFailure('There is no redis-server on this machine any more.');
	const config = writeRedisConfig(
		join(context.dataDir, row.instanceId),
		port,
		row.variables.REDIS_PASSWORD ?? row.variables.REDISPASSWORD ?? '',
	);
	return `${shellQuote(server)} ${shellQuote(config)}`;
}
