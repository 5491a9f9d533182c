import { execFileSync } from 'node:child_process';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { findOnPath } from './find-on-path.ts';

export interface RedisChoice {
	readonly kind: 'server' | 'sqlite';
	/** One line for people. */
	readonly text: string;
}

const MIN_MAJOR = 7;

/** A real server when the machine has one that is new enough for the deployment store's scripts. */
export function chooseRedis(wanted: 'auto' | 'server' | 'sqlite', machinePath: string): RedisChoice {
	if (wanted === 'sqlite') return { kind: 'sqlite', text: 'SQLite in place of Redis (chosen)' };
	const server = findOnPath('redis-server', machinePath);
	const version = server === null ? null : versionOf(server);
	if (version !== null && Number.parseInt(version, 10) >= MIN_MAJOR) {
		return { kind: 'server', text: `redis-server ${version}` };
	}
	const why =
		version === null ? 'there is no redis-server on the PATH' : `redis-server ${version} is older than ${MIN_MAJOR}`;
	if (wanted === 'auto') return { kind: 'sqlite', text: `SQLite in place of Redis: ${why}` };
	throw new DeployToolError('local-redis-missing', `Redis was asked for, but ${why}.`, {
		fault: 'user',
		next: 'Install redis-server 7 or newer, or leave the choice to the platform.',
	});
}

function versionOf(server: string): string | null {
	try {
		return /v=(\S+)/.exec(execFileSync(server, ['--version'], { encoding: 'utf8' }))?.[1] ?? null;
	} catch {
		return null;
	}
}
