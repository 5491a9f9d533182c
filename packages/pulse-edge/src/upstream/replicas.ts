import { setTimeout as sleep } from 'node:timers/promises';
import { REPLICA_WORD_HEADER } from '../protocol.ts';
import type { Address, ReplicaDirectory, ServiceNetwork } from './network.ts';
import { isReplicaToken, replicaOf, replicaToken, replicaWord } from './replica-token.ts';
import { Seat } from './seat.ts';

export interface Replica extends Address {
	/** Stands for its service's name where it is dialled. */
	readonly place: string;
	readonly token: string;
	/** The line of a request's head that tells it so. */
	readonly line: string;
	/** Unix milliseconds since when its name does not lead to it any more; 0 while it does. */
	leftAt: number;
	/** Unix milliseconds. */
	avoidUntil: number;
}

/** What a request says of the replica that it is for. */
export interface ReplicaWish {
	/** As its page calls it; `''` for none. */
	readonly token: string;
	/** It belongs to a page of this very deployment. */
	readonly pinned: boolean;
	/** A new page begins with it. */
	readonly document: boolean;
}

/** So long its pages find a replica to which the name does not lead any more: what a name leads to may be a part of it at a time. */
const LINGER_MS = 30_000;
/** A replica that has just come is seen by one router before the other: before one is taken for gone, its name is asked again. */
const AGAIN_MS = 1_000;
/** What the router itself asks. */
const ANY: ReplicaWish = { token: '', pinned: false, document: false };
/** For a connection, where there are others: a packet that is lost is sent again after a second, and after two more. */
const CONNECT_MS = 5_000;
/** A deployment without a request for so long is looked at anew. */
const FORGET_MS = 3_600_000;

/** The replicas of one service, in the order in which they came. */
export class ServiceReplicas {
	readonly name: string;
	readonly all: Replica[] = [];
	from: readonly Address[] | null = null;
	usedAt = 0;
	/** Of documents by themselves, or each page would begin at the same one that makes as many requests as there are replicas. */
	readonly #turns: { documents: number; others: number };

	constructor(name: string, turn: number) {
		this.name = name;
		this.#turns = { documents: turn, others: turn };
	}

	names(replica: Replica): boolean {
		return replica.leftAt === 0 && this.all.includes(replica);
	}

	/** The one that is there for the longest time. */
	oldest(): Replica | null {
		return this.all.find(({ leftAt }) => leftAt === 0) ?? null;
	}

	/** Of those that would answer; `null` where none of them would. */
	first(now: number, but: readonly Replica[] = []): Replica | null {
		return this.#ready(now).find((replica) => !but.includes(replica)) ?? null;
	}

	/** Each in its turn. */
	next(now: number, of: 'documents' | 'others'): Replica | null {
		const ready = this.#ready(now);
		this.#turns[of] = (this.#turns[of] + 1) % 1_000_000;
		return ready[this.#turns[of] % ready.length] ?? null;
	}

	#ready(now: number): Replica[] {
		return this.all.filter(({ leftAt, avoidUntil }) => leftAt === 0 && avoidUntil <= now);
	}
}

export interface ReplicasOptions {
	readonly network: ServiceNetwork;
	/** Of every backend. */
	readonly port: number;
	/** What tokens are made with. Without it replicas are not told apart. */
	readonly secret: string | undefined;
	readonly now: () => number;
	/** In [0, 1). */
	readonly random: () => number;
}

/**
 * Which replica serves a request (contract R2.22): the one that the request names; the one that is there for the longest time
 * where a page names none, because that is the one which served it when it was alone; for anybody new, each in its turn.
 */
export class Replicas {
	/** The network, which also knows where each replica is. */
	readonly network: ServiceNetwork;
	readonly #directory: ReplicaDirectory | undefined;
	readonly #options: ReplicasOptions;
	readonly #secret: string;
	readonly #services = new Map<string, ServiceReplicas>();
	readonly #places = new Map<string, Replica>();

	constructor(options: ReplicasOptions) {
		const { network, secret = '' } = options;
		this.#options = options;
		this.#secret = secret;
		this.#directory = secret === '' ? undefined : network.replicas;
		const places = this.#places;
		this.network = {
			...(network.lookup === undefined ? {} : { lookup: network.lookup.bind(network) }),
			address: (name, port) => places.get(name) ?? network.address(name, port),
			refresh: (name, port, tried) => !places.has(name) && network.refresh(name, port, tried),
		};
	}

	/** Milliseconds for a connection to one of several; else `undefined`. */
	readonly budgetOf = (place: string): number | undefined => (this.#places.has(place) ? CONNECT_MS : undefined);

	/** Synchronous where the replicas are known. `null`: wherever the service's name leads. `gone`: the replica that it names is. */
	seat(serviceName: string, wish: ReplicaWish, then: (seat: Seat | null | 'gone') => void): void {
		const chosen = this.#chosen(serviceName, wish);
		if (chosen !== 'unknown') then(chosen);
		else void this.#lookFor(serviceName, wish, this.#directory!).then(then);
	}

	#chosen(serviceName: string, wish: ReplicaWish): Seat | null | 'unknown' {
		if (this.#directory === undefined) return null;
		const service = this.#serviceOf(serviceName, this.#directory);
		return service === null ? 'unknown' : this.#choose(service, wish);
	}

	async #lookFor(serviceName: string, wish: ReplicaWish, directory: ReplicaDirectory): Promise<Seat | null | 'gone'> {
		for (let looks = 1; ; looks++) {
			const found = await directory.look(serviceName, this.#options.port);
			const chosen = this.#chosen(serviceName, wish);
			if (chosen !== 'unknown') return chosen;
			// What cannot be found out is no reason to end a page.
			if (looks === 2 || !found) return found ? 'gone' : null;
			await sleep(AGAIN_MS);
		}
	}

	/** For what the router itself asks; `null` too before the first look. */
	anyOf(serviceName: string): Seat | null {
		const seat = this.#chosen(serviceName, ANY);
		return seat === 'unknown' ? null : seat;
	}

	/** Forgets services without a request for an hour. */
	sweep(): void {
		const now = this.#options.now();
		for (const [name, service] of this.#services) {
			this.#forgetLeft(service, now);
			if (now - service.usedAt < FORGET_MS) continue;
			for (const { place } of service.all) this.#places.delete(place);
			this.#services.delete(name);
		}
	}

	#choose(service: ServiceReplicas, { token, pinned, document }: ReplicaWish): Seat | null | 'unknown' {
		const now = this.#options.now();
		if (isReplicaToken(token)) {
			const asked = replicaOf(service.all, token);
			return asked === null ? 'unknown' : new Seat(service, asked, 'bound', this.#options.now);
		}
		if (service.from === null || service.from.length < 2) return null;
		const replica = pinned ? service.oldest() : service.next(now, document ? 'documents' : 'others');
		return replica === null ? null : new Seat(service, replica, pinned ? 'leaning' : 'free', this.#options.now);
	}

	#serviceOf(name: string, directory: ReplicaDirectory): ServiceReplicas | null {
		const seen = directory.seen(name, this.#options.port);
		if (seen === null) return null;
		let service = this.#services.get(name);
		if (service === undefined) {
			service = new ServiceReplicas(name, Math.floor(this.#options.random() * 1_000));
			this.#services.set(name, service);
		}
		service.usedAt = this.#options.now();
		if (seen !== service.from) this.#update(service, seen);
		return service;
	}

	#update(service: ServiceReplicas, seen: readonly Address[]): void {
		service.from = seen;
		const places = new Map(seen.map((address) => [placeOf(service.name, address), address]));
		for (const replica of service.all) {
			const named = places.delete(replica.place);
			replica.leftAt = named ? 0 : replica.leftAt || this.#options.now();
		}
		for (const [place, { host, port }] of places) {
			const token = replicaToken(this.#secret, { host, port });
			const line = `${REPLICA_WORD_HEADER}: ${replicaWord(this.#secret, token)}\r\n`;
			const replica = { host, port, place, token, line, leftAt: 0, avoidUntil: 0 };
			service.all.push(replica);
			this.#places.set(place, replica);
		}
		this.#forgetLeft(service, this.#options.now());
	}

	#forgetLeft(service: ServiceReplicas, now: number): void {
		for (const replica of service.all.filter(({ leftAt }) => leftAt !== 0 && now - leftAt > LINGER_MS)) {
			service.all.splice(service.all.indexOf(replica), 1);
			this.#places.delete(replica.place);
		}
	}
}

/** No name of a service holds an `@`. */
function placeOf(serviceName: string, { host, port }: Address): string {
	return `${serviceName}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}
