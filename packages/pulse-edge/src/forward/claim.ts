import type { Target } from '../decide/resolve.ts';
import type { FailureCause } from '../report/failures.ts';

/** One deployment as this process serves it. Counters only grow; gauges count what is open now. */
export interface Upstream extends Target {
	inFlight: number;
	sockets: number;
	/** Unix milliseconds; 0 when never. */
	lastSeenAt: number;
	requests: number;
	/** Those of them that asked after the app's health: who does is no user. */
	probes: number;
	/** And those of these that are in flight. */
	probing: number;
	/** Answers of 500 and more that it gave itself; what it did not answer is in `failures`. */
	serverErrors: number;
	bytesIn: number;
	bytesOut: number;
	readonly failures: Partial<Record<FailureCause, number>>;
}

/**
 * Chooses an upstream *and* counts the request in one synchronous step: no `await` may come between, or a deployment
 * could be seen idle while a request is on its way to it.
 */
export class Upstreams {
	readonly #byId = new Map<string, Upstream>();
	readonly #now: () => number;

	constructor(now: () => number) {
		this.#now = now;
	}

	claimRequest(target: Target): Upstream {
		const upstream = this.#of(target);
		upstream.inFlight++;
		upstream.requests++;
		upstream.lastSeenAt = this.#now();
		return upstream;
	}

	releaseRequest(upstream: Upstream): void {
		upstream.inFlight--;
		upstream.lastSeenAt = this.#now();
	}

	/** Of a request that is claimed; the returned function says that it is over. */
	probe(upstream: Upstream): () => void {
		upstream.probes++;
		upstream.probing++;
		return () => {
			upstream.probing--;
		};
	}

	/**
	 * The router itself asks, for a client that asked another deployment. It is in flight, or the backend could be taken away
	 * under it; it is no activity, or one picture that is missing would keep every draining deployment (decision 21).
	 */
	claimSearch(target: Target): Upstream {
		const upstream = this.#of(target);
		upstream.inFlight++;
		return upstream;
	}

	releaseSearch(upstream: Upstream): void {
		upstream.inFlight--;
	}

	claimSocket(target: Target): Upstream {
		const upstream = this.#of(target);
		upstream.sockets++;
		upstream.lastSeenAt = this.#now();
		return upstream;
	}

	releaseSocket(upstream: Upstream): void {
		upstream.sockets--;
		upstream.lastSeenAt = this.#now();
	}

	all(): Iterable<Upstream> {
		return this.#byId.values();
	}

	/** Forgets deployments that are gone and serve no request, so that labels and memory stay bounded. */
	keepOnly(known: (id: string) => boolean): void {
		for (const [id, upstream] of this.#byId) {
			if (!known(id) && upstream.inFlight === 0 && upstream.sockets === 0) this.#byId.delete(id);
		}
	}

	#of(target: Target): Upstream {
		const known = this.#byId.get(target.id);
		if (known !== undefined) return known;
		const upstream: Upstream = {
			id: target.id,
			serviceName: target.serviceName,
			inFlight: 0,
			sockets: 0,
			lastSeenAt: 0,
			requests: 0,
			probes: 0,
			probing: 0,
			serverErrors: 0,
			bytesIn: 0,
			bytesOut: 0,
			failures: {},
		};
		this.#byId.set(target.id, upstream);
		return upstream;
	}
}
