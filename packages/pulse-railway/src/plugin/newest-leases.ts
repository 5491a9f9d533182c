import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { hostname } from 'node:os';
import type { LeaseAnswer, NewestLeases } from 'pulse-app';
import { openPrivateNetwork } from '../private-network.ts';
import {
	INTERNAL_TOKEN_HEADER,
	INTERNAL_TOKEN_VARIABLE,
	NEWEST_PATH,
	PRIVATE_NETWORK_VARIABLE,
	ROUTER_PORT,
	ROUTER_SERVICE_VARIABLE,
} from '../protocol.ts';
import { parseServicePrefix, stackNames } from '../stack/names.ts';
import type { RailwayPluginOptions } from './options.ts';

const ASK_WITHIN_MS = 1_000;
const ANSWER_LIMIT = 4_096;
const SLOWEST_MS = 60_000;

interface RouterAnswer {
	readonly held?: unknown;
	readonly newest?: unknown;
	readonly fence?: unknown;
	readonly for_ms?: unknown;
	readonly ask_in_ms?: unknown;
}

/** Leases of the router, asked for over the private network: a deployment has no other way to the store, and needs none. */
export function routerLeases(
	deploymentId: string,
	env: Readonly<Record<string, string | undefined>>,
	options: RailwayPluginOptions,
): NewestLeases {
	const file = env[PRIVATE_NETWORK_VARIABLE]?.trim();
	const network = openPrivateNetwork(file ? { file } : {});
	const service = env[ROUTER_SERVICE_VARIABLE]?.trim() || routerOf(options);
	const internalToken = env[INTERNAL_TOKEN_VARIABLE] ?? '';
	let token = newToken();
	const owner = `${deploymentId} on ${env.RAILWAY_REPLICA_ID?.trim() || hostname()}`.slice(0, 200);

	function ask(signal: AbortSignal, more: object): Promise<RouterAnswer> {
		const { host, port } = network.address(service, ROUTER_PORT);
		const body = JSON.stringify({ deployment_id: deploymentId, token, owner, ...more });
		return new Promise((resolve, reject) => {
			const asked = request(
				{
					host,
					port,
					path: NEWEST_PATH,
					method: 'POST',
					headers: {
						[INTERNAL_TOKEN_HEADER]: internalToken,
						'content-type': 'application/json',
						'content-length': Buffer.byteLength(body),
					},
					// Its addresses change at each deploy of the router.
					agent: false,
					signal,
					...(network.lookup === undefined ? {} : { lookup: network.lookup }),
				},
				(response) => {
					let text = '';
					response.setEncoding('utf8');
					response.on('data', (piece: string) => {
						text += piece;
						if (text.length > ANSWER_LIMIT) response.destroy(new Error('its answer is too long'));
					});
					response.on('error', reject);
					response.on('end', () => {
						try {
							resolve(read(response.statusCode, text));
						} catch (error) {
							reject(error);
						}
					});
				},
			);
			asked.on('error', reject);
			asked.end(body);
		});
	}

	return {
		askWithinMs: ASK_WITHIN_MS,
		async ask(signal) {
			try {
				return leaseAnswer(await ask(signal, {}));
			} catch (error) {
				throw new Error(`the router '${service}': ${signal.aborted ? 'no answer in time' : wordsOf(error)}`, {
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

/** For what an older command deployed, which says it by no variable. */
function routerOf({ routerService, servicePrefix }: RailwayPluginOptions): string {
	return stackNames({ router: routerService }, parseServicePrefix(servicePrefix)).router;
}

function read(status: number | undefined, text: string): RouterAnswer {
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
