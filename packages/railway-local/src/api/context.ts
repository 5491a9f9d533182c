import type { Behaviour } from '../options.ts';
import type { Fleet } from '../runtime/fleet.ts';
import type { Logs } from '../runtime/logs.ts';
import type { WorldData } from '../world/model.ts';
import type { World } from '../world/world.ts';
import type { Caller } from './caller.ts';

/** What resolvers work on; made for each request. */
export interface ApiContext extends ApiEngine {
	readonly caller: Caller;
	/** What this request sees: an older copy for queries while stale reads are on. */
	readonly data: WorldData;
}

/** The platform behind the API. */
export interface ApiEngine {
	readonly world: World;
	readonly fleet: Fleet;
	readonly logs: Logs;
	readonly behaviour: Behaviour;
	readonly now: () => number;
	/** Opens a public address on a free port and returns the port. */
	openDomain(instanceId: string): Promise<number>;
	closeDomain(port: number): void;
	renamePrivateAddress(environmentId: string, before: string, after: string): void;
	/** Port and variables of a Redis service, decided once, when it is created from a template. */
	redisAddress(instanceId: string): Promise<RedisAddress>;
	/** Work that goes on after the answer; the platform's end waits for it. */
	inBackground(work: () => Promise<void>): void;
}

export type RedisAddress =
	| { readonly kind: 'server'; readonly port: number }
	| { readonly kind: 'sqlite'; readonly url: string };
