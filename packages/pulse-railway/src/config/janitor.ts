import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { Secret } from 'pulse-deploy-kit/secret';
import { integer, secret, text } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type Setting, type SettingTable } from 'pulse-deploy-kit/settings';
import type { Policy } from '../janitor/facts.ts';
import {
	DEFAULT_BACKEND_PORT,
	INTERNAL_TOKEN_VARIABLE,
	PRIVATE_NETWORK_VARIABLE,
	ROUTER_SERVICE_VARIABLE,
} from '../protocol.ts';
import { parseServiceName, stackNames } from '../stack/names.ts';
import { drainPolicy, drainSettings } from './drain.ts';
import { baselineSettings } from './init.ts';
import { type Notifying, notifying, serviceNotifySettings } from './notify.ts';
import { former } from './service-target.ts';
import { stackSettings } from './stack.ts';
import { storeUrlFromEnvironment } from './store.ts';
import { targetSettings } from './target.ts';

/** Contract R9.2. */
export const janitorSettings = {
	service: {
		flag: '--service <name>',
		describe: 'router service',
		env: [ROUTER_SERVICE_VARIABLE],
		defaultText: 'pulse-router',
		parse: (raw: unknown) => parseServiceName(text(raw)),
	},
	servicePrefix: stackSettings.servicePrefix,
	projectId: targetSettings.projectId,
	environmentId: targetSettings.environmentId,
	token: targetSettings.token,
	redisUrl: {
		flag: '--redis-url <url>',
		describe: 'the deployment store',
		defaultText: 'REDIS_URL, else the one of the stack',
		parse: secret,
	} as Setting<Secret>,
	redisService: {
		flag: '--redis-service <name>',
		describe: 'service whose REDIS_URL is the deployment store, where nothing else names one',
		env: ['PULSE_RAILWAY_REDIS_SERVICE'],
		parse: (raw: unknown) => parseServiceName(text(raw)),
	},
	janitorService: former('--janitor-service <name>'),
	redisPrefix: baselineSettings.redisPrefix,
	...drainSettings,
	maxDrainAgeSeconds: {
		...drainSettings.maxDrainAgeSeconds,
		env: [...drainSettings.maxDrainAgeSeconds.env, 'PULSE_RAILWAY_DRAIN_TTL_SECONDS'],
	},
	...serviceNotifySettings,
	lockSeconds: {
		describe: 'how long the lock of a killed janitor outlives it; a running one renews it',
		env: ['PULSE_RAILWAY_JANITOR_LOCK_SECONDS'],
		default: 55,
		parse: integer({ min: 3, max: 120 }),
	},
	backendPort: {
		...baselineSettings.backendPort,
		env: ['PULSE_BACKEND_PORT', ...baselineSettings.backendPort.env],
		default: DEFAULT_BACKEND_PORT,
	},
} satisfies SettingTable;

export interface JanitorConfig {
	/** Name of the router service. */
	readonly service: string;
	readonly projectId: string;
	readonly environmentId: string;
	/** As flag only; the environment's tokens are the business of `config/token.ts`. */
	readonly token: Secret | undefined;
	/** `null`: to be taken from the stack, see `storeUrlOfStack`. */
	readonly storeUrl: Secret | null;
	/** Has the store's address where neither the environment nor the router tells. */
	readonly redisService: string | undefined;
	readonly redisPrefix: string;
	readonly internalToken: Secret;
	readonly backendPort: number;
	readonly privateNetworkFile: string | undefined;
	readonly policy: Policy;
	/** `null`: no notices are sent. */
	readonly notifying: Notifying | null;
	/** Milliseconds. */
	readonly lockTtlMs: number;
	/** Names the janitor to the commands that wait for its lock. */
	readonly owner: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws a usage error for anything unreadable or missing, and outside Railway. */
export function janitorConfig(flags: Readonly<Record<string, unknown>>, env: Environment): JanitorConfig {
	requireInsideRailway(env);
	const { values } = resolveSettings(janitorSettings, { flags, env });
	const { projectId, environmentId, token, redisService, redisPrefix, backendPort } = values;
	if (projectId === undefined || environmentId === undefined) {
		throw usageError(
			'project id and environment id are required',
			'Railway sets RAILWAY_PROJECT_ID and RAILWAY_ENVIRONMENT_ID.',
		);
	}
	const internalToken = env[INTERNAL_TOKEN_VARIABLE]?.trim();
	if (!internalToken)
		throw usageError(`${INTERNAL_TOKEN_VARIABLE} is not set`, 'Write it again: pulse-railway upgrade');
	const storeUrl = storeUrlFromEnvironment(env);
	const service = values.service ?? stackNames({}, values.servicePrefix).router;
	return Object.freeze({
		service,
		projectId,
		environmentId,
		token,
		storeUrl: values.redisUrl ?? (storeUrl === null ? null : new Secret(storeUrl)),
		redisService,
		redisPrefix,
		internalToken: new Secret(internalToken),
		backendPort,
		privateNetworkFile: env[PRIVATE_NETWORK_VARIABLE]?.trim() || undefined,
		policy: drainPolicy(values),
		notifying: notifying(
			values,
			{ ...env, RAILWAY_PROJECT_ID: projectId, RAILWAY_ENVIRONMENT_ID: environmentId },
			service,
		),
		lockTtlMs: values.lockSeconds * 1000,
		owner: `janitor ${env.RAILWAY_REPLICA_ID ?? env.RAILWAY_SERVICE_ID ?? ''}`.trim(),
	});
}

const INSIDE = ['RAILWAY_SERVICE_ID', 'RAILWAY_REPLICA_ID', 'RAILWAY_PRIVATE_DOMAIN'];

function requireInsideRailway(env: Environment): void {
	if (INSIDE.some((name) => env[name]?.trim())) return;
	throw new DeployToolError('usage', 'janitor run must execute inside Railway, not a local shell', {
		fault: 'user',
		detail: 'it asks deployments for their sessions over the private network',
		next: 'Run it in the janitor service: railway ssh --service pulse-janitor -- pulse-railway janitor run',
	});
}
