import type { Drawn } from '../page/drawn-visitor.ts';
import type { CanaryTraffic } from './canary.ts';

/** An app that knows nothing of this edge, which therefore speaks for it (contract C1). */
export interface Container {
	/** `tab`: a tab stays on the version that served its document. `session`: a browser does, documents too. */
	readonly affinity: 'tab' | 'session';
	/** Where the app says that it is well. */
	readonly healthPath: string;
	/** As which its health is asked for: who asks knows it by an address, which many frameworks refuse. Default: as it was asked. */
	readonly healthHost?: string;
	/** What `/_pulse/meta` says beside its id. Default nothing. */
	readonly meta?: Readonly<Record<string, string>>;
}

/** What routing knows of one deployment. */
export interface Routable {
	readonly id: string;
	/** `null`: named by its prefix and id. */
	readonly serviceName: string | null;
	/** A retiring one is about to lose its service. */
	readonly state: 'pending' | 'active' | 'draining' | 'retiring';
	/** Unix milliseconds. */
	readonly drainStartedAt: number | null;
	/** Absent for a Pulse app. */
	readonly container?: Container;
	/** Its pages are to have moved to the active one by then (Unix milliseconds; `null`: not any more). No new page gets it any more. */
	readonly departure?: { readonly by: number | null };
	/** Only who names it gets it. */
	readonly preview?: object;
}

/** What resolving needs of a table. */
export interface RoutingView {
	readonly activeId: string | null;
	deployment(id: string): Routable | undefined;
}

/** Where every request is answered from, in memory. The program around the edge keeps it current. */
export interface RouteTable extends RoutingView {
	/** False while it was never told anything. */
	readonly loaded: boolean;
	/** One of them at least is a container app: then a cookie or a referrer may name it (contract C1.2). */
	readonly hasContainers: boolean;
	/** `null` or absent: every new page gets the active version. */
	readonly canary?: CanaryTraffic | null;
	/** Of one that runs where who is in front of this edge has drawn the visitor: for a table of one version. `null` or absent: none does. */
	readonly drawn?: Drawn | null;
	all(): Iterable<Routable>;
	/**
	 * Asks the store for an id that is not here; afterwards `deployment` knows it, or there is none. `null` where there is no
	 * store to ask. Never rejects.
	 */
	lookUp(id: string): Promise<void> | null;
}
