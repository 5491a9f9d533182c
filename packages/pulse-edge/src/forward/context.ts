import type { RouteTable } from '../decide/route-table.ts';
import type { Presence } from '../page/presence.ts';
import type { FailureCause } from '../report/failures.ts';
import type { EdgeLog } from '../report/log.ts';
import type { DialOptions } from '../upstream/dial.ts';
import type { Pool } from '../upstream/pool.ts';
import type { Replicas } from '../upstream/replicas.ts';
import type { AssetMemory } from './assets.ts';
import type { Upstreams } from './claim.ts';
import type { Samples } from './samples.ts';
import type { Tunnel } from './tunnel.ts';
import type { Uploads } from './uploads.ts';

/** What forwarding needs of the edge it runs in. */
export interface ForwardContext {
	readonly servicePrefix: string;
	readonly table: RouteTable;
	readonly upstreams: Upstreams;
	readonly pool: Pool;
	readonly replicas: Replicas;
	readonly uploads: Uploads;
	readonly dial: DialOptions;
	readonly log: EdgeLog;
	/** `null` when switched off. */
	readonly assets: AssetMemory | null;
	/** Tabs of container apps that are open, by version. */
	readonly presence: Presence;
	/** Of a canary and of what runs beside it. */
	readonly samples: Samples;
	/** See `EdgeOptions`. */
	readonly comparesPageErrors: () => boolean;
	/** Requests under way, for the idle sweep and for draining. */
	readonly exchanges: Set<{ readonly lastProgress: number; expire(): void; askClient(): void }>;
	readonly tunnels: Set<Tunnel>;
	/** A request, or a direction of a websocket in which something waits, ends after this long without a byte. */
	readonly idleTimeoutMs: number;
	/** Unix milliseconds. */
	readonly now: () => number;
	/** See `EdgeOptions`. */
	readonly nodeInternals: boolean;
	/** Whole seconds since start, cheap to read. */
	tick: number;
	/** Tells clients to take their next request to another router. */
	draining: boolean;
	/** Failures by cause that belong to no deployment. */
	readonly failures: Partial<Record<FailureCause, number>>;
}

export function countFailure(counters: Partial<Record<FailureCause, number>>, cause: FailureCause): void {
	counters[cause] = (counters[cause] ?? 0) + 1;
}
