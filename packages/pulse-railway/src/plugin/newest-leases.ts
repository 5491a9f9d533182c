import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { LeaseAnswer, NewestLeases } from 'pulse-app';
import { NEWEST_PATH } from '../protocol.ts';
import { type Env, type RouterSaid, routerLine } from './ask-router.ts';
import type { RailwayPluginOptions } from './options.ts';

const ASK_WITHIN_MS = 1_000;
const SLOWEST_MS = 60_000;

interface RouterAnswer {
	readonly held?: unknown;
	readonly newest?: unknown;
	readonly fence?: unknown;
	readonly for_ms?: unknown;
	readonly ask_in_ms?: unknown;
}

/** Leases of the router, asked for over the private network. */
export function routerLeases(deploymentId: string, env: Env, options: RailwayPluginOptions): NewestLeases {
	const router = routerLine(env, options);
	let token = newToken();
	const owner = `${deploymentId} on ${env.RAILWAY_REPLICA_ID?.trim() || hostname()}`.slice(0, 200);
	const ask = async (signal: AbortSignal, more: object): Promise<RouterAnswer> =>
		read(await router.ask(NEWEST_PATH, { deployment_id: deploymentId, token, owner, ...more }, signal));

	return {
		askWithinMs: ASK_WITHIN_MS,
		async ask(signal) {
			try {
				return leaseAnswer(await ask(signal, {}));
			} catch (error) {
				throw new Error(`the router '${router.service}': ${signal.aborted ? 'no answer in time' : wordsOf(error)}`, {
					cause: error,
				});
			}
		},
		async release(signal) {
			const given = token;
			// A word that arrives late must not end a later term.
			token = newToken();
			await ask(signal, { token: given, release: true });
		},
	};
}

const newToken = () => randomBytes(16).toString('hex');

function read({ status, text }: RouterSaid): RouterAnswer {
	if (status === 404) {
		throw new Error(
			'it does not know of whenNewest, or not this deployment: it is of an older version or has another token. Run: pulse-railway upgrade',
		);
	}
	if (status === 503) throw new Error('it cannot reach its store');
	if (status !== 200) throw new Error(`it answered ${status}`);
	return JSON.parse(text) as RouterAnswer;
}

/** @throws Error for what is no answer: no work starts by it */
function leaseAnswer({ held, newest, fence, for_ms, ask_in_ms }: RouterAnswer): LeaseAnswer {
	const askInMs = isTime(ask_in_ms) ? Math.max(ask_in_ms, 100) : SLOWEST_MS;
	if (held === false) return { held, askInMs };
	if (held !== true || typeof newest !== 'boolean' || !Number.isSafeInteger(fence) || !isTime(for_ms)) {
		throw new Error('its answer makes no sense');
	}
	return { held, newest, fence: fence as number, forMs: for_ms, askInMs };
}

function isTime(value: unknown): value is number {
	return typeof value === 'number' && value > 0 && value <= SLOWEST_MS;
}

function wordsOf(error: unknown): string {
	return error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error);
}
