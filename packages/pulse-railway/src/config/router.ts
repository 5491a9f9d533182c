import { createHash } from 'node:crypto';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { integer, oneOf, secret, text } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type Setting, type SettingTable } from 'pulse-deploy-kit/settings';
import { HIDDEN_TAB_SECONDS } from 'pulse-edge/protocol';
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
import { HEARTBEAT_SECONDS, REPORT_TTL_SECONDS } from '../stack/windows.ts';
import { notifying, serviceNotifySettings } from './notify.ts';
import { requireStoreUrl } from './store.ts';

const port = integer({ min: 0, max: 65_535 });

/** Everything the router is told from outside; it has no flags. */
export const routerSettings = {
	port: { describe: 'port that it listens on', env: ['PORT'], default: 8000, parse: port },
	store: {
		describe:
			'the deployment store: redis://, rediss:// or, on one machine, sqlite:; or what PULSE_KV_KIND and PULSE_KV_PATH say',
		env: ['PULSE_KV_URL', 'REDIS_URL'],
		parse: text,
	},
	redisPrefix: {
		describe: 'prefix of all keys in the store',
		env: ['PULSE_RAILWAY_REDIS_PREFIX'],
		default: DEFAULT_REDIS_PREFIX,
		parse: (raw: unknown) => text(raw).replace(/:+$/, '') || DEFAULT_REDIS_PREFIX,
	},
	servicePrefix: {
		describe: 'prefix of the services of deployments',
		env: ['PULSE_RAILWAY_SERVICE_PREFIX'],
		defaultText: 'none',
		parse: (raw: unknown) => parseServicePrefix(text(raw)),
	},
	backendPort: {
		describe: 'port of every deployment',
		env: ['PULSE_BACKEND_PORT'],
		default: DEFAULT_BACKEND_PORT,
		parse: port,
	},
	controlToken: {
		describe: 'signs control requests; without it there is no control endpoint',
		env: [CONTROL_TOKEN_VARIABLE],
		parse: secret,
	},
	internalToken: {
		describe: 'opens the internal endpoints of deployments; without it they cannot be asked for their sessions',
		env: [INTERNAL_TOKEN_VARIABLE],
		parse: secret,
	},
	privateNetworkFile: {
		describe: 'file of service names and addresses',
		env: [PRIVATE_NETWORK_VARIABLE],
		defaultText: "Railway's private DNS",
		parse: text,
	} as Setting<string>,
	heartbeatMs: {
		describe: 'a process reports its activity this often, in seconds',
		env: ['PULSE_RAILWAY_WEBSOCKET_HEARTBEAT_SECONDS'],
		...seconds(HEARTBEAT_SECONDS),
	},
	activityTtlMs: {
		describe: 'how long such a report counts, in seconds',
		env: ['PULSE_RAILWAY_WEBSOCKET_TTL_SECONDS'],
		...seconds(REPORT_TTL_SECONDS),
	},
	connectionLimit: {
		describe: 'backend connections for requests, per worker',
		env: ['PULSE_RAILWAY_ROUTER_CONNECTION_LIMIT'],
		default: 2048,
		parse: integer({ min: 1 }),
	},
	workers: {
		describe:
			'processes of one replica, 75 MB each; a container on Railway sees up to 32 CPUs and is billed for memory',
		env: ['PULSE_RAILWAY_ROUTER_WORKERS'],
		default: Math.min(availableParallelism(), 2),
		defaultText: 'one per CPU, at most 2',
		parse: integer({ min: 1 }),
	},
	metricsPort: {
		describe: 'port of the metrics',
		env: ['PULSE_RAILWAY_ROUTER_METRICS_PORT'],
		defaultText: 'no metrics',
		parse: port,
	} as Setting<number>,
	idleTimeoutMs: {
		describe: "a request ends after this many seconds without a byte either way; Railway's edge has the same limit",
		env: ['PULSE_RAILWAY_ROUTER_IDLE_SECONDS'],
		...seconds(300),
	},
	drainMs: {
		describe: 'how many seconds open requests and sockets may go on after SIGTERM',
		env: ['PULSE_RAILWAY_ROUTER_DRAIN_SECONDS'],
		...seconds(25),
	},
	hiddenTabMs: {
		describe: 'how many seconds a hidden tab of a container app holds its version, from when it was hidden',
		env: ['PULSE_RAILWAY_ROUTER_HIDDEN_TAB_SECONDS'],
		...seconds(HIDDEN_TAB_SECONDS),
	},
	assetFallback: {
		describe: 'assets that the active deployment lacks are looked for on draining ones',
		env: ['PULSE_RAILWAY_ROUTER_ASSET_FALLBACK'],
		...onByDefault(),
	},
	ownParser: {
		describe: "plain requests are read without Node's HTTP server; off leaves it all of them",
		env: ['PULSE_RAILWAY_ROUTER_OWN_PARSER'],
		...onByDefault(),
	},
	nodeInternals: {
		describe: 'leans on what Node does not document; off costs CPU and memory, should a new Node behave oddly',
		env: ['PULSE_RAILWAY_ROUTER_NODE_INTERNALS'],
		...onByDefault(),
	},
	accessLog: {
		describe: 'requests in the log: all, failures or off; Railway drops lines beyond 500 a second',
		env: ['PULSE_RAILWAY_ROUTER_ACCESS_LOG'],
		default: 'failures' as const,
		parse: word('all', 'failures', 'off'),
	},
	logLevel: {
		describe: 'debug, info, warn, error or silent; debug adds clients that went away',
		env: ['PULSE_RAILWAY_ROUTER_LOG_LEVEL'],
		default: 'info' as const,
		parse: word('debug', 'info', 'warn', 'error', 'silent'),
	},
	snapshotFile: {
		describe: 'keeps the last routing snapshot, for a start without a store',
		env: ['PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE'],
		defaultText: "in the system's temporary folder",
		parse: text,
	} as Setting<string>,
	...serviceNotifySettings,
	seed: {
		describe: 'what a store without an active deployment is told, while upgrade moves a stack over',
		env: [ROUTER_SEED_VARIABLE],
		parse: seedOf,
	} as Setting<Seed>,
} satisfies SettingTable;

export type RouterConfig = ReturnType<typeof routerConfig>;

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the router's variables. An unreadable value is a usage error, never a silent default; no store is one as well. Durations in milliseconds. */
export function routerConfig(env: Env) {
	const storeUrl = requireStoreUrl(env);
	const {
		store: _,
		notify,
		notifySecret,
		notifyKept,
		...values
	} = resolveSettings(routerSettings, {
		flags: {},
		env,
	}).values;
	return Object.freeze({
		...values,
		storeUrl,
		servicePrefix: values.servicePrefix ?? '',
		controlToken: values.controlToken?.reveal() ?? '',
		internalToken: values.internalToken?.reveal() ?? '',
		notifying: notifying({ notify, notifySecret, notifyKept }, env, env.RAILWAY_SERVICE_NAME ?? 'pulse-router'),
		snapshotFile: values.snapshotFile ?? defaultSnapshotFile(storeUrl, values.redisPrefix),
	});
}

/** One folder a user and one file a store, so that routers of different stacks on one machine do not meet. */
function defaultSnapshotFile(storeUrl: string, redisPrefix: string): string {
	const stack = createHash('sha256').update(`${storeUrl}\n${redisPrefix}`).digest('hex').slice(0, 16);
	// Not by the user's entry in a list of names: in a container there may be none. Windows has no such number.
	return join(tmpdir(), `pulse-railway-router-${process.getuid?.() ?? 0}`, `${stack}.json`);
}

/** In seconds, fractions allowed; in milliseconds out. */
function seconds(fallback: number) {
	const parse = (raw: unknown) => {
		if (!/^\d{1,9}(?:\.\d+)?$/.test(text(raw))) throw new Error('must be a number of seconds');
		if (Number(raw) === 0) throw new Error('must be > 0');
		return Number(raw) * 1000;
	};
	return { default: fallback * 1000, defaultText: String(fallback), parse };
}

function onByDefault() {
	const read = word('1', 'true', 'on', '0', 'false', 'off');
	return { default: true, defaultText: 'on', parse: (raw: unknown) => ['1', 'true', 'on'].includes(read(raw)) };
}

/** Of these, in capitals as well. */
function word<const Word extends string>(...words: readonly Word[]): (raw: unknown) => Word {
	const read = oneOf(...words);
	return (raw) => read(text(raw).toLowerCase());
}

function seedOf(raw: unknown): Seed {
	const seed = parseSeed(text(raw));
	if (seed === null) throw new Error('must be what pulse-railway upgrade writes');
	return seed;
}
