import { UpstreamConnection } from './connection.ts';
import { type DialFailure, type DialOptions, dial } from './dial.ts';

export interface PoolOptions extends DialOptions {
	/** Connections for requests, to all backends together, per router process. Contract R2.16: 2048. */
	readonly connectionLimit: number;
}

export interface ConnectEvents {
	onConnection(connection: UpstreamConnection): void;
	onRefused(failure: DialFailure | 'connection-limit', cause: unknown): void;
}

/** uvicorn and Node close idle connections after 5 s; a request should not meet one that is about to close. */
const IDLE_MS = 4_000;
/** A request that must not be sent twice takes only a connection that was busy a moment ago. */
const JUST_USED_MS = 1_000;

/** Connections to backends: the idle ones by service, newest last, and a limit over all. */
export class Pool {
	readonly #options: PoolOptions;
	readonly #idle = new Map<string, UpstreamConnection[]>();
	/** Whoever waits for a place under the limit, first come first served. */
	readonly #waiting: Set<() => void> = new Set();
	readonly #sweep: NodeJS.Timeout;
	#open = 0;

	constructor(options: PoolOptions) {
		this.#options = options;
		this.#sweep = setInterval(() => this.#closeIdle(Date.now()), 1_000);
		this.#sweep.unref();
	}

	/** An idle connection, at once. `repeatable`: the request may be sent again if this one turns out dead. */
	take(serviceName: string, repeatable: boolean): UpstreamConnection | null {
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

	/** A new connection, when there is room under the limit. The returned function gives up. */
	connect(serviceName: string, events: ConnectEvents): () => void {
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
		// At the limit a waiting request needs the place more than a later one needs the connection.
		if (this.#waiting.size > 0) return connection.destroy();
		connection.idleSince = Date.now();
		const idle = this.#idle.get(connection.serviceName);
		if (idle) idle.push(connection);
		else this.#idle.set(connection.serviceName, [connection]);
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
