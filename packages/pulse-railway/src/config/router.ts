import { createHash } from 'node:crypto';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import type { AccessLog } from 'pulse-edge/report/log';
import { parseSeed, type Seed } from '../deployments/seed.ts';
import {
	CONTROL_TOKEN_VARIABLE,
	DEFAULT_BACKEND_PORT,
	DEFAULT_REDIS_PREFIX,
	INTERNAL_TOKEN_VARIABLE,
	PRIVATE_NETWORK_VARIABLE,
	ROUTER_SEED_VARIABLE,
} from '../protocol.ts';
import { parseServicePrefix } from '../stack/names.ts';
import { requireStoreUrl } from './store.ts';

/** Everything the router is told from outside. Durations in milliseconds. */
export interface RouterConfig {
	/** `PORT`. Default 8000. */
	readonly port: number;
	readonly storeUrl: string;
	/** `PULSE_RAILWAY_REDIS_PREFIX`. Default `pulse:railway`. */
	readonly redisPrefix: string;
	/** `PULSE_RAILWAY_SERVICE_PREFIX`, cleaned as every command cleans it. Default none. */
	readonly servicePrefix: string;
	/** `PULSE_BACKEND_PORT`. Default 8000. */
	readonly backendPort: number;
	/** `PULSE_RAILWAY_CONTROL_TOKEN`. Empty: the control endpoint does not exist. */
	readonly controlToken: string;
	/** `PULSE_RAILWAY_INTERNAL_TOKEN`. Empty: sessions cannot be probed. */
	readonly internalToken: string;
	/** `PULSE_RAILWAY_PRIVATE_NETWORK`. Absent: Railway's private DNS. */
	readonly privateNetworkFile?: string;
	/** `PULSE_RAILWAY_WEBSOCKET_HEARTBEAT_SECONDS`. Default 15 s. */
	readonly heartbeatMs: number;
	/** `PULSE_RAILWAY_WEBSOCKET_TTL_SECONDS`. Default 45 s. */
	readonly activityTtlMs: number;
	/** `PULSE_RAILWAY_ROUTER_CONNECTION_LIMIT`: backend connections for requests, per worker. Default 2048. */
	readonly connectionLimit: number;
	/** `PULSE_RAILWAY_ROUTER_WORKERS`: processes of one replica, 75 MB each. Default one per CPU, but at most 2: a container on Railway sees up to 32 CPUs and is billed for memory. */
	readonly workers: number;
	/** `PULSE_RAILWAY_ROUTER_METRICS_PORT`. Absent: no metrics. */
	readonly metricsPort?: number;
	/** `PULSE_RAILWAY_ROUTER_IDLE_SECONDS`: a request ends after this long without a byte either way. Default 300 s, as Railway's edge does it. */
	readonly idleTimeoutMs: number;
	/** `PULSE_RAILWAY_ROUTER_DRAIN_SECONDS`: how long open requests and sockets may go on after SIGTERM. Default 25 s. */
	readonly drainMs: number;
	/** `PULSE_RAILWAY_ROUTER_ASSET_FALLBACK`: assets that the active deployment lacks are looked for on draining ones. Default on. */
	readonly assetFallback: boolean;
	/** `PULSE_RAILWAY_ROUTER_OWN_PARSER`: plain requests are read without Node's HTTP server; off leaves it all of them. Default on. */
	readonly ownParser: boolean;
	/** `PULSE_RAILWAY_ROUTER_ACCESS_LOG`: `all`, `failures` or `off`. Default `failures`: Railway drops lines beyond 500 a second. */
	readonly accessLog: AccessLog;
	/** `PULSE_RAILWAY_ROUTER_LOG_LEVEL`: `debug` adds clients that went away. Default `info`. */
	readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
	/** `PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE`: the last routing snapshot, for a start without a store. Default in the system's temporary folder. */
	readonly snapshotFile: string;
	/** `PULSE_RAILWAY_ROUTER_SEED`: what a store without an active deployment is told, while `upgrade` moves a stack over. */
	readonly seed?: Seed;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the router's variables. An unreadable value is a usage error, never a silent default; no store is one as well. */
export function routerConfig(env: Env): RouterConfig {
	const storeUrl = requireStoreUrl(env);
	const redisPrefix = text(env, 'PULSE_RAILWAY_REDIS_PREFIX')?.replace(/:+$/, '') || DEFAULT_REDIS_PREFIX;
	const privateNetworkFile = text(env, PRIVATE_NETWORK_VARIABLE);
	const metricsPort = text(env, 'PULSE_RAILWAY_ROUTER_METRICS_PORT');
	const seed = text(env, ROUTER_SEED_VARIABLE);
	return Object.freeze({
		port: port(env, 'PORT', 8000),
		storeUrl,
		redisPrefix,
		servicePrefix: parseServicePrefix(env.PULSE_RAILWAY_SERVICE_PREFIX) ?? '',
		backendPort: port(env, 'PULSE_BACKEND_PORT', DEFAULT_BACKEND_PORT),
		controlToken: text(env, CONTROL_TOKEN_VARIABLE) ?? '',
		internalToken: text(env, INTERNAL_TOKEN_VARIABLE) ?? '',
		...(privateNetworkFile === undefined ? {} : { privateNetworkFile }),
		heartbeatMs: seconds(env, 'PULSE_RAILWAY_WEBSOCKET_HEARTBEAT_SECONDS', 15),
		activityTtlMs: seconds(env, 'PULSE_RAILWAY_WEBSOCKET_TTL_SECONDS', 45),
		connectionLimit: integer(env, 'PULSE_RAILWAY_ROUTER_CONNECTION_LIMIT', 2048, 1),
		workers: integer(env, 'PULSE_RAILWAY_ROUTER_WORKERS', Math.min(availableParallelism(), 2), 1),
		...(metricsPort === undefined ? {} : { metricsPort: port(env, 'PULSE_RAILWAY_ROUTER_METRICS_PORT', 0) }),
		idleTimeoutMs: seconds(env, 'PULSE_RAILWAY_ROUTER_IDLE_SECONDS', 300),
		drainMs: seconds(env, 'PULSE_RAILWAY_ROUTER_DRAIN_SECONDS', 25),
		assetFallback: flag(env, 'PULSE_RAILWAY_ROUTER_ASSET_FALLBACK', true),
		ownParser: flag(env, 'PULSE_RAILWAY_ROUTER_OWN_PARSER', true),
		accessLog: choice(env, 'PULSE_RAILWAY_ROUTER_ACCESS_LOG', ['all', 'failures', 'off'] as const, 'failures'),
		logLevel: choice(
			env,
			'PULSE_RAILWAY_ROUTER_LOG_LEVEL',
			['debug', 'info', 'warn', 'error', 'silent'] as const,
			'info',
		),
		snapshotFile: text(env, 'PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE') ?? defaultSnapshotFile(storeUrl, redisPrefix),
		...(seed === undefined ? {} : { seed: seedOf(seed) }),
	});
}

/** One folder a user and one file a store, so that routers of different stacks on one machine do not meet. */
function defaultSnapshotFile(storeUrl: string, redisPrefix: string): string {
	const stack = createHash('sha256').update(`${storeUrl}\n${redisPrefix}`).digest('hex').slice(0, 16);
	// Not by the user's entry in a list of names: in a container there may be none. Windows has no such number.
	return join(tmpdir(), `pulse-railway-router-${process.getuid?.() ?? 0}`, `${stack}.json`);
}

function text(env: Env, name: string): string | undefined {
	return env[name]?.trim() || undefined;
}

function integer(env: Env, name: string, fallback: number, least: number): number {
	const raw = text(env, name);
	if (raw === undefined) return fallback;
	if (!/^-?\d{1,15}$/.test(raw)) throw invalid(name, 'must be an integer');
	if (Number(raw) < least) throw invalid(name, `must be >= ${least}`);
	return Number(raw);
}

function port(env: Env, name: string, fallback: number): number {
	const value = integer(env, name, fallback, 0);
	if (value > 65_535) throw invalid(name, 'must be <= 65535');
	return value;
}

/** In seconds, fractions allowed; in milliseconds out. */
function seconds(env: Env, name: string, fallback: number): number {
	const raw = text(env, name);
	if (raw === undefined) return fallback * 1000;
	if (!/^\d{1,9}(?:\.\d+)?$/.test(raw)) throw invalid(name, 'must be a number of seconds');
	if (Number(raw) === 0) throw invalid(name, 'must be > 0');
	return Number(raw) * 1000;
}

function flag(env: Env, name: string, fallback: boolean): boolean {
	const word = choice(env, name, ['1', 'true', 'on', '0', 'false', 'off'] as const, fallback ? 'on' : 'off');
	return word === '1' || word === 'true' || word === 'on';
}

function choice<Word extends string>(env: Env, name: string, words: readonly Word[], fallback: Word): Word {
	const raw = text(env, name)?.toLowerCase();
	if (raw === undefined) return fallback;
	const word = words.find((one) => one === raw);
	if (word === undefined) throw invalid(name, `must be one of ${words.join(', ')}`);
	return word;
}

function seedOf(raw: string): Seed {
	const seed = parseSeed(raw);
	if (seed === null) throw invalid(ROUTER_SEED_VARIABLE, 'must be what pulse-railway upgrade writes');
	return seed;
}

function invalid(name: string, problem: string): DeployToolError {
	return usageError(`${name} ${problem}`, `Correct the variable ${name} of the router service.`);
}
