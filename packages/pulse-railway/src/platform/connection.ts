import { type Clock, systemClock } from 'pulse-deploy-kit/clock';
import { Secret } from 'pulse-deploy-kit/secret';
import { type AuthMode, authHeaders, type Identity, identifyOnce } from './auth.ts';
import { readAnswer } from './graphql.ts';
import { openLag } from './lag.ts';
import type { Operation } from './operation.ts';
import { readTokenScope } from './operations/account.ts';
import type { Outgoing } from './outgoing.ts';
import { DEFAULT_RETRY, type Retrying, type RetryPolicy, withRetry } from './retry.ts';
import { DEFAULT_TIMEOUTS, openTransport, type Timeouts, type Transport } from './transport.ts';

export interface ConnectionOptions {
	readonly token: Secret;
	/** The GraphQL endpoint (`config/api.ts`); uploads go to its origin. */
	readonly endpoint: URL;
	/** `bearer` for a login, which cannot be a project token; default: one question to Railway tells. */
	readonly auth?: 'bearer';
	/** What the token probably is. A first read goes out as such beside that question, and again if the answer differs. */
	readonly likely?: Identity['mode'] | undefined;
	readonly timeouts?: Partial<Timeouts>;
	/** Default: direct. */
	readonly outgoing?: Outgoing;
	readonly retry?: Partial<RetryPolicy>;
	readonly clock?: Clock;
	/** In [0, 1). Default `Math.random`. */
	readonly random?: () => number;
}

export interface RunOptions {
	/** Default: whatever the token is. */
	readonly auth?: AuthMode;
	/** Values of this request that must not come back in an error message. */
	readonly secrets?: readonly string[];
}

/** One token at one endpoint, shared by {@link openAccount} and {@link openPlatform} so that it is identified only once. */
export interface Connection extends Retrying {
	readonly endpoint: URL;
	readonly transport: Transport;
	identify(signal: AbortSignal): Promise<Identity>;
	headers(mode: AuthMode): Record<string, string>;
	run<V extends object, R>(
		operation: Operation<V, R>,
		variables: V,
		signal: AbortSignal,
		options?: RunOptions,
	): Promise<R>;
	/** Something was written elsewhere than by `run`: what is read next may lag behind it. */
	wrote(): void;
	/** Ends open requests and keep-alive connections. */
	close(): Promise<void>;
}

/** Says who asks. A query string also keeps clear of a much lower limit at Railway's edge (docs/platform-facts/railway.md §1.3). */
const SOURCE = 'pulse-railway';

export function openConnection(options: ConnectionOptions): Connection {
	const { token, endpoint } = options;
	const clock = options.clock ?? systemClock;
	const transport = openTransport({ ...DEFAULT_TIMEOUTS, ...options.timeouts }, options.outgoing);
	const retrying = { policy: { ...DEFAULT_RETRY, ...options.retry }, clock, random: options.random ?? Math.random };
	const url = new URL(endpoint);
	url.searchParams.set('source', SOURCE);
	const lag = openLag(clock);
	const headers = (mode: AuthMode) => ({ ...authHeaders(mode, token), 'x-source': SOURCE });

	const exchange = async <V extends object, R>(
		operation: Operation<V, R>,
		variables: V,
		mode: AuthMode,
		signal: AbortSignal,
		secrets: readonly string[],
	): Promise<R> => {
		const answer = await transport.send(
			{
				operation: operation.name,
				url,
				headers: { ...headers(mode), 'content-type': 'application/json' },
				body: JSON.stringify({ query: operation.document, variables, operationName: operation.name }),
			},
			signal,
		);
		const masked = [token, ...secrets.filter(isTelling).map((value) => new Secret(value))];
		return readAnswer(operation, answer, masked, clock.now());
	};

	const send = async <V extends object, R>(
		operation: Operation<V, R>,
		variables: V,
		mode: AuthMode,
		signal: AbortSignal,
		secrets: readonly string[] = [],
	): Promise<R> => {
		try {
			return await withRetry(
				retrying,
				operation.repeatable,
				signal,
				() => exchange(operation, variables, mode, signal, secrets),
				(error) => lag.explains(error, operation, variables),
			);
		} finally {
			if (!operation.reads) lag.wrote();
		}
	};

	const identification = identifyOnce(
		async (signal) => (await send(readTokenScope, {}, 'project-token', signal)).projectToken ?? null,
		options.auth === 'bearer' ? { mode: 'bearer', scope: null } : undefined,
	);
	const { identify } = identification;

	return {
		...retrying,
		endpoint,
		transport,
		identify,
		headers,
		wrote: lag.wrote,
		async run(operation, variables, signal, { auth, secrets } = {}) {
			const go = (mode: AuthMode) => send(operation, variables, mode, signal, secrets);
			if (auth !== undefined) return go(auth);
			const { likely } = options;
			const early = operation.reads && likely !== undefined && identification.isOpen() ? go(likely) : undefined;
			// Sent with the wrong header it fails, which says nothing.
			early?.catch(() => {});
			const { mode } = await identify(signal);
			return mode === likely && early !== undefined ? early : go(mode);
		},
		close: () => transport.close(),
	};
}

/** Masking every `1` and `8000` would only make messages unreadable. */
function isTelling(value: string): boolean {
	return value.length >= 6;
}
