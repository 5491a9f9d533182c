import { Redis } from 'ioredis';
import { StoreUnavailableError } from '../deployments/errors.ts';
import { COMMIT, READ } from './redis-scripts.ts';

/** For each call, waiting for a connection included. A hung server is as good as a dead one after that. */
const BUDGET_MS = 2_000;
/** For the first connection: a new container's private names may not resolve for up to 3 s (docs/platform-facts/railway.md §5). */
const FIRST_CONNECTION_MS = 5_000;

interface Scripts {
	pulseRead(...args: (string | number)[]): Promise<[[string | null, number][], string[][]]>;
	pulseCommit(...args: (string | number)[]): Promise<number>;
}

export type RedisClient = Redis & Scripts;

export interface RedisConnection {
	/** Runs a command within the budget; every failure is a `StoreUnavailableError`. */
	run<T>(command: (client: RedisClient) => Promise<T>): Promise<T>;
	/** Calls `wake` at every message on `channel`, and whenever messages may have been missed. */
	subscribe(channel: string, wake: () => void, signal: AbortSignal): void;
	close(): void;
}

export function connectRedis(url: string): RedisConnection {
	const client = new Redis(url, {
		// Railway's private network answers with IPv6 addresses only in older environments, both in newer ones.
		family: 0,
		lazyConnect: true,
		connectTimeout: BUDGET_MS,
		commandTimeout: BUDGET_MS,
		// Drops a connection that no longer answers, so that the next call dials anew.
		socketTimeout: BUDGET_MS,
		retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
		// A write that its caller was told has failed must not be sent later.
		enableOfflineQueue: false,
		autoResendUnfulfilledCommands: false,
		maxRetriesPerRequest: 0,
		scripts: { pulseRead: { lua: READ }, pulseCommit: { lua: COMMIT } },
	}) as RedisClient;
	// Every call that waits for the connection listens.
	client.setMaxListeners(0);
	let lastError: unknown;
	let patience = FIRST_CONNECTION_MS;
	client.once('ready', () => {
		patience = BUDGET_MS;
	});
	client.on('error', (error) => {
		lastError = error;
	});
	const wakers = new Map<() => void, string>();
	let subscriber: Redis | undefined;

	/** A refused connection is no verdict: a restarting server refuses for a moment. */
	async function ready(): Promise<void> {
		if (client.status === 'ready') return;
		if (client.status === 'wait') client.connect().catch(() => {});
		await new Promise<void>((resolve, reject) => {
			const settle = (outcome: () => void) => {
				clearTimeout(timer);
				client.off('ready', onReady).off('end', onEnd);
				outcome();
			};
			const onReady = () => settle(resolve);
			const onEnd = () => settle(() => reject(new Error('the connection was closed')));
			const timer = setTimeout(() => settle(() => reject(lastError ?? new Error('no answer'))), patience);
			client.once('ready', onReady).once('end', onEnd);
		});
	}

	return {
		async run(command) {
			try {
				await ready();
				return await command(client);
			} catch (error) {
				throw new StoreUnavailableError(reason(client, error), error);
			}
		},
		subscribe(channel, wake, signal) {
			subscriber ??= listen(client, (of) => {
				for (const [waker, wanted] of wakers) if (of === undefined || of === wanted) waker();
			});
			wakers.set(wake, channel);
			// Repeated by the driver after every reconnect.
			subscriber.subscribe(channel).catch(() => {});
			signal.addEventListener('abort', () => wakers.delete(wake), { once: true });
		},
		close() {
			client.disconnect();
			subscriber?.disconnect();
		},
	};
}

function listen(client: Redis, wake: (channel?: string) => void): Redis {
	const subscriber = client.duplicate({
		lazyConnect: false,
		enableOfflineQueue: true,
		maxRetriesPerRequest: null,
		// A subscriber may hear nothing for hours.
		commandTimeout: undefined,
		socketTimeout: undefined,
	});
	subscriber.on('error', () => {});
	subscriber.on('message', (channel) => wake(channel));
	subscriber.on('ready', () => wake());
	subscriber.on('close', () => wake());
	return subscriber;
}

function reason({ options }: Redis, error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	return `${text || 'no answer'} (${options.host}:${options.port})`;
}
