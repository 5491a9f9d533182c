import { NOBODY } from 'pulse-deploy-kit/notify/nobody';
import type { Secret } from 'pulse-deploy-kit/secret';
import type { BaselineConfig } from '../config/init.ts';
import { NOTIFY_KEPT_VARIABLE, NOTIFY_SECRET_VARIABLE, NOTIFY_URL_VARIABLE } from '../config/notify.ts';
import type { InstanceSettings } from '../platform/port.ts';
import {
	API_URL_VARIABLE,
	CONTROL_TOKEN_VARIABLE,
	INTERNAL_TOKEN_VARIABLE,
	ROUTER_HEALTH_PATH,
	ROUTER_PORT,
	ROUTER_SERVICE_VARIABLE,
} from '../protocol.ts';
import { HEARTBEAT_SECONDS, REPORT_TTL_SECONDS } from '../stack/windows.ts';
import { reference } from './reference.ts';
import type { Variables, VariableValue } from './step.ts';

export interface BaselineSecrets {
	readonly internalToken: Secret;
	readonly controlToken: Secret;
	readonly janitorToken: VariableValue;
	/** Signs notices, where the operator gives none. */
	readonly notifySecret: Secret;
}

/** No Railway token: the router never calls the API, and it is the service that the world reaches (decision 4). */
export function routerVariables(config: BaselineConfig, secrets: BaselineSecrets): Variables {
	return {
		...shared(config, secrets),
		PORT: String(ROUTER_PORT),
		PULSE_RAILWAY_WEBSOCKET_HEARTBEAT_SECONDS: String(HEARTBEAT_SECONDS),
		PULSE_RAILWAY_WEBSOCKET_TTL_SECONDS: String(REPORT_TTL_SECONDS),
		[CONTROL_TOKEN_VARIABLE]: secrets.controlToken,
	};
}

/** A project token at most, and no control token: the janitor writes to the store itself (decisions 5, 18). */
export function janitorVariables(
	config: BaselineConfig,
	secrets: BaselineSecrets,
	apiUrl: string | undefined,
): Variables {
	return {
		...shared(config, secrets),
		RAILWAY_TOKEN: secrets.janitorToken,
		[ROUTER_SERVICE_VARIABLE]: config.names.router,
		PULSE_RAILWAY_JANITOR_SERVICE: config.names.janitor,
		...(config.redisUrl === undefined ? { PULSE_RAILWAY_REDIS_SERVICE: config.names.redis } : {}),
		PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS: String(config.drainGraceSeconds),
		PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: String(config.maxDrainAgeSeconds),
		PULSE_RAILWAY_ROLLBACK_WINDOW: `${config.rollbackWindow}s`,
		PULSE_RAILWAY_ROLLBACK_KEEP: String(config.rollbackKeep),
		PULSE_RAILWAY_REDEPLOY_KEEP: String(config.redeployKeep),
		...(apiUrl === undefined ? {} : { [API_URL_VARIABLE]: apiUrl }),
	};
}

function shared(config: BaselineConfig, secrets: BaselineSecrets): Variables {
	return {
		[INTERNAL_TOKEN_VARIABLE]: secrets.internalToken,
		REDIS_URL: config.redisUrl ?? reference(config.names.redis, 'REDIS_URL'),
		PULSE_RAILWAY_REDIS_PREFIX: config.redisPrefix,
		PULSE_BACKEND_PORT: String(config.backendPort),
		...(config.servicePrefix === undefined ? {} : { PULSE_RAILWAY_SERVICE_PREFIX: config.servicePrefix }),
		...notices(config, secrets),
	};
}

function notices({ notify, notifySecret, notifyKept }: BaselineConfig, fresh: BaselineSecrets): Variables {
	if (notify === undefined) return {};
	if (notify === NOBODY) return { [NOTIFY_URL_VARIABLE]: NOBODY };
	return {
		[NOTIFY_URL_VARIABLE]: notify.url,
		[NOTIFY_SECRET_VARIABLE]: notifySecret ?? fresh.notifySecret,
		[NOTIFY_KEPT_VARIABLE]: `${notifyKept}s`,
	};
}

/** Railway's edge ends every request by then (docs/platform-facts/railway.md §6), so none is cut by a new router. */
const LONGEST_REQUEST_SECONDS = 900;

export function routerInstance(config: BaselineConfig): InstanceSettings {
	return {
		image: config.routerImage,
		numReplicas: config.routerReplicas,
		startCommand: 'pulse-railway router',
		healthcheckPath: ROUTER_HEALTH_PATH,
		healthcheckTimeout: 60,
		// The old router gets no new requests, and has what is open on it go on: downloads, event streams, sockets. Not by
		// its draining time: a plain restart of a router would take as long.
		overlapSeconds: LONGEST_REQUEST_SECONDS,
		drainingSeconds: 60,
	};
}

/** Railway runs cron services with exactly one replica and restarts none (docs/platform-facts/railway.md §8). */
export function janitorInstance(config: BaselineConfig): InstanceSettings {
	return {
		image: config.janitorImage,
		numReplicas: 1,
		startCommand: 'pulse-railway janitor run',
		cronSchedule: config.janitorCron,
		restartPolicyType: 'NEVER',
	};
}
