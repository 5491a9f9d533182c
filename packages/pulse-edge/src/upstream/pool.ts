import { UpstreamConnection } from './connection.ts';
import { type DialFailure, type DialOptions, dial } from './dial.ts';

export interface PoolOptions extends DialOptions {
	/** Connections for requests, to all backends together, per router process. Contract R2.16: 2048. */
	readonly connectionLimit: number;
	/** A backend answered what it was not asked. Told once in OUT_OF_TURN_MS for each service. */
	readonly onOutOfTurn?: (serviceName: string) => void;
}

/** Which kept connection will do. One that was busy a moment ago is not about to be closed. */
export type Reuse = 'any' | 'just-used' | 'none';

export interface ConnectEvents {
	onConnection(connection: UpstreamConnection): void;
	onRefused(failure: DialFailure | 'connection-limit', cause: unknown): void;
}

/** uvicorn and Node close idle connections after 5 s; a request should not meet one that is about to close. */
const IDLE_MS = 4_000;
/** A request that must not be sent twice takes only a connection that was busy a moment ago. */
const JUST_USED_MS = 1_000;
/**
 * So long no connection is kept to a service that answered what it was not asked. HTTP/1.1 has no numbers on its answers:
 * one that comes late, behind the next request, is taken for that one's, and may be another user's. A connection is
 * therefore written to only when everything that had arrived on it is read (`#settle`), and dropped when there was
 * anything. What is left: a first such answer that comes between that and the backend's own answer.
 */
const OUT_OF_TURN_MS = 60_000;

/** A kept connection that is about to be used. */
interface Settling {
	readonly connection: UpstreamConnection;
	readonly events: ConnectEvents;
	/** Whatever is to be given up, as it stands; `null` when it was. */
	giveUp: (() => void) | null;
}

/** Connections to backends: the idle ones by service, newest last, and a limit over all. */
export class Pool {
	readonly #options: PoolOptions;
	readonly #idle = new Map<string, UpstreamConnection[]>();
	/** Requests that wait for a place under the limit, first come first served. */
	readonly #waiting: Set<() => void> = new Set();
	readonly #outOfTurn = new Map<string, number>();
	#settling: Settling[] = [];
	readonly #sweep: NodeJS.Timeout;
	#open = 0;

	constructor(options: PoolOptions) {
		this.#options = options;
		this.#sweep = setInterval(() => this.#closeIdle(Date.now()), 1_000);
		this.#sweep.unref();
	}

	/** A connection to a service, kept or new. The returned function gives up. */
	connect(serviceName: string, reuse: Reuse, events: ConnectEvents): () => void {
		const kept = reuse === 'none' ? null : this.#take(serviceName, reuse === 'any');
		if (kept === null) return this.#new(serviceName, events);
		const settling: Settling = { connection: kept, events, giveUp: nothing };
		if (this.#settling.push(settling) === 1) setImmediate(() => this.#settle());
		return () => {
			settling.giveUp?.();
			settling.giveUp = null;
		};
	}

	/** At the end of a turn of the event loop, in which whatever had arrived before it is read. */
	#settle(): void {
		const settled = this.#settling;
		this.#settling = [];
		for (const one of settled) {
			if (one.giveUp === null) this.#keep(one.connection);
			else if (one.connection.closed) one.giveUp = this.#new(one.connection.serviceName, one.events);
			else {
				one.giveUp = nothing;
				one.events.onConnection(one.connection);
			}
		}
	}

	/** A new connection, when there is room under the limit. */
	#new(serviceName: string, events: ConnectEvents): () => void {
		if (this.#open < this.#options.connectionLimit) return this.#dial(serviceName, events);
		let giveUp = () => {
			clearTimeout(timer);
			this.#waiting.delete(wake);
		};
		const timer = setTimeout(() => {
			giveUp();
			events.onRefused('connection-limit', null);
		}, this.#options.connectTimeoutMs);
		const wake = () => {
			giveUp();
			giveUp = this.#dial(serviceName, events);
		};
		this.#waiting.add(wake);
		this.#closeOldestIdle();
		return () => giveUp();
	}

	get open(): number {
		return this.#open;
	}

	/** Closes what is idle and stops sweeping; busy connections end with their exchanges. */
	close() {
		clearInterval(this.#sweep);
		this.#closeIdle(Number.POSITIVE_INFINITY);
	}

	#dial(serviceName: string, events: ConnectEvents): () => void {
		this.#open++;
		const connection = new UpstreamConnection(serviceName, {
			onIdle: (one) => this.#keep(one),
			onClosed: () => this.#leave(),
			onOutOfTurn: () => this.#distrust(serviceName),
		});
		let dialling = true;
		const giveUp = dial(this.#options, serviceName, connection.onread(), {
			onConnected: (socket) => {
				dialling = false;
				connection.attach(socket);
				events.onConnection(connection);
			},
			onFailed: (failure, cause) => {
				dialling = false;
				this.#leave();
				events.onRefused(failure, cause);
			},
		});
		return () => {
			if (!dialling) return;
			dialling = false;
			giveUp();
			this.#leave();
		};
	}

	#keep(connection: UpstreamConnection) {
		if (connection.closed) return;
		const now = Date.now();
		// At the limit a waiting request needs the place more than a later one needs the connection.
		if (this.#waiting.size > 0 || now < (this.#outOfTurn.get(connection.serviceName) ?? 0)) return connection.destroy();
		connection.idleSince = now;
		const idle = this.#idle.get(connection.serviceName);
		if (idle) idle.push(connection);
		else this.#idle.set(connection.serviceName, [connection]);
	}

	/** An idle connection. `repeatable`: the request may be sent again if this one turns out dead. */
	#take(serviceName: string, repeatable: boolean): UpstreamConnection | null {
		const idle = this.#idle.get(serviceName);
		if (idle === undefined) return null;
		const now = Date.now();
		for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
			if (connection.closed) continue;
			const age = now - connection.idleSince;
			if (age > idleLimit(connection)) connection.destroy();
			else if (repeatable || age <= JUST_USED_MS) return connection;
			else {
				idle.push(connection);
				return null;
			}
		}
		return null;
	}

	#distrust(serviceName: string): void {
		const now = Date.now();
		if (now >= (this.#outOfTurn.get(serviceName) ?? 0)) this.#options.onOutOfTurn?.(serviceName);
		this.#outOfTurn.set(serviceName, now + OUT_OF_TURN_MS);
		for (const connection of this.#idle.get(serviceName) ?? []) connection.destroy();
		this.#idle.delete(serviceName);
	}

	#leave() {
		this.#open--;
		for (const wake of this.#waiting) return wake();
	}

	#closeOldestIdle() {
		for (const idle of this.#idle.values()) {
			const oldest = idle.shift();
			if (oldest !== undefined) return oldest.destroy();
		}
	}

	#closeIdle(now: number) {
		for (const [serviceName, until] of this.#outOfTurn) if (now >= until) this.#outOfTurn.delete(serviceName);
		for (const [serviceName, idle] of this.#idle) {
			const kept: UpstreamConnection[] = [];
			for (const connection of idle) {
				if (!connection.closed && now - connection.idleSince <= idleLimit(connection)) kept.push(connection);
				else connection.destroy();
			}
			if (kept.length > 0) this.#idle.set(serviceName, kept);
			else this.#idle.delete(serviceName);
		}
	}
}

function idleLimit(connection: UpstreamConnection): number {
	return connection.keepAliveMs === -1 ? IDLE_MS : Math.min(IDLE_MS, connection.keepAliveMs - 1_000);
}

function nothing(): void {}
