import { type Clock, systemClock } from 'pulse-deploy-kit/clock';
import { usageError } from 'pulse-deploy-kit/errors';
import type { DeploymentStore } from '../deployments/store.ts';
import type { AtomicKv } from './atomic-kv.ts';
import { createDeploymentStore } from './deployment-store.ts';
import { openMemory } from './memory.ts';

export interface StoreOptions {
	/** Leads every key; trailing colons are dropped. */
	readonly prefix: string;
	readonly clock?: Clock;
}

/**
 * `redis://`, `rediss://`, `sqlite:<path>`, `sqlite:///<absolute path>` or `memory:`. Drivers are loaded when needed.
 * Throws a usage error for anything else; an unreachable Redis shows at the first call.
 */
export async function openStore(url: string, { prefix, clock = systemClock }: StoreOptions): Promise<DeploymentStore> {
	return createDeploymentStore(await openBackend(url, clock), prefix, clock);
}

/** The atomic primitive itself, for stores that compare and set, such as session stores. */
export async function openBackend(url: string, clock: Clock): Promise<AtomicKv> {
	const scheme = /^[a-z]+:/i.exec(url)?.[0].toLowerCase();
	switch (scheme) {
		case 'memory:':
			return openMemory(clock);
		case 'sqlite:': {
			const path = url.slice(scheme.length).replace(/^\/\/(?=\/)/, '');
			if (path === '') throw usageError('the sqlite store needs a path', 'For example: sqlite:./pulse.db');
			return (await import('./sqlite.ts')).openSqlite(path, clock);
		}
		case 'redis:':
		case 'rediss:':
			return (await import('./redis.ts')).openRedis(url);
		default:
			// The URL itself may carry a password.
			throw usageError(
				`unknown store address${scheme ? ` scheme '${scheme}'` : ''}`,
				'Use redis://, rediss://, sqlite:<path> or memory:',
			);
	}
}
