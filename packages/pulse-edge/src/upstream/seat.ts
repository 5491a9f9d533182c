import type { FailureCause } from '../report/failures.ts';
import type { Replica, ServiceReplicas } from './replicas.ts';

/** After a failed connection a replica gets no request for so long that could as well go to another one. */
const AVOID_MS = 5_000;

export type Moved = 'moved' | 'stuck' | 'gone';
/**
 * `bound`: its page's session is there and nowhere else. `leaning`: so it is, as far as anybody can know, of a page that names
 * no replica. `free`: any other will do.
 */
export type Tie = 'bound' | 'leaning' | 'free';

/** Where one request goes among the replicas of its service, and where next when a connection cannot be had there. */
export class Seat {
	readonly #service: ServiceReplicas;
	readonly #tried: Replica[] = [];
	readonly #now: () => number;
	/** `null`: wherever the service's name leads. */
	#replica: Replica | null;
	#tie: Tie;

	constructor(service: ServiceReplicas, replica: Replica, tie: Tie, now: () => number) {
		this.#service = service;
		this.#replica = replica;
		this.#tie = tie;
		this.#now = now;
	}

	/** What is dialled, and by which its connections are kept. */
	get place(): string {
		return this.#replica?.place ?? this.#service.name;
	}

	/** Of the request's head: as which the router knows the replica. */
	get line(): string {
		return this.#replica?.line ?? '';
	}

	/**
	 * After a connection that failed, before anything was sent. `gone`: the replica is, and no other can answer.
	 * `anywhere`: what is bound to it may go to another one.
	 */
	move(failure: FailureCause, cause: unknown, anywhere = false): Moved {
		const replica = this.#replica;
		if (replica === null || failure === 'connection-limit' || failure === 'out-of-descriptors') return 'stuck';
		replica.avoidUntil = this.#now() + AVOID_MS;
		this.#tried.push(replica);
		const other = this.#service.first(this.#now(), this.#tried);
		if (this.#tie !== 'free') {
			// Who merely does not answer may be there all the same, with what its users did.
			const gone = (cause as NodeJS.ErrnoException | null)?.code === 'ECONNREFUSED' || !this.#service.names(replica);
			// And where there is no other replica, a page that is loaded anew finds nothing better.
			if (!gone || (this.#tie === 'bound' && other === null)) return 'stuck';
			if (this.#tie === 'bound' && !anywhere) return 'gone';
			this.#tie = 'free';
		}
		this.#replica = other;
		return 'moved';
	}
}
