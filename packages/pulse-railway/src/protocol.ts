/** Header, query, path and variable names shared by router, janitor, plugin and CLI (contract R2, R3, R10). */

/** Internal paths, which the edge never proxies. */
export const CONTROL_PATH = '/_pulse/internal/railway/control';
export const SESSIONS_PATH = '/_pulse/internal/railway/sessions';
export const RELOAD_PATH = '/_pulse/internal/railway/reload';
/** Of the router, for deployments: which process of all is the one for `app.whenNewest`. */
export const NEWEST_PATH = '/_pulse/internal/railway/newest';
/** Of the router, for deployments: a page of a canary's visitor, or of one beside it, has failed. */
export const PAGE_ERRORS_PATH = '/_pulse/internal/railway/page-errors';
export const META_PATH = '/_pulse/meta';
export const APP_HEALTH_PATH = '/_pulse/health';
export const ROUTER_HEALTH_PATH = '/healthz';

export const INTERNAL_TOKEN_HEADER = 'x-pulse-railway-internal-token';
/** Unix time in seconds, decimal. */
export const CONTROL_TIMESTAMP_HEADER = 'x-pulse-control-timestamp';
/** 32 lowercase hex characters, single use. */
export const CONTROL_NONCE_HEADER = 'x-pulse-control-nonce';
/** Lowercase hex HMAC-SHA256 over `<timestamp>\n<nonce>\n<body>`. */
export const CONTROL_SIGNATURE_HEADER = 'x-pulse-control-signature';

/** Shared variable on Railway: the durable truth of who is active; writing it is the commit point of a promotion. */
export const ACTIVE_DEPLOYMENT_VARIABLE = 'PULSE_ACTIVE_DEPLOYMENT';
/**
 * Shared variable on Railway: `init:<word>` or `upgrade:<word>`, the word being of one run alone, while such a command changes the stable services, `ready` when it has
 * finished. What a killed one left halfway is known by it.
 */
export const BASELINE_VARIABLE = 'PULSE_RAILWAY_BASELINE';
/** Leads the description of projects that `init` made. */
export const PROJECT_MARK = 'Created by pulse-railway init';
/**
 * On the router, while `upgrade` replaces a predecessor's that kept no active id in the store: which deployments there
 * are, for a store that does not know. Removed when the upgrade is done.
 */
export const ROUTER_SEED_VARIABLE = 'PULSE_RAILWAY_ROUTER_SEED';
/** On every backend service: the durable truth of which deployment it is. */
export const DEPLOYMENT_ID_VARIABLE = 'PULSE_DEPLOYMENT_ID';
/** On the service of a container app, `container`: the durable truth of its kind. With it {@link AFFINITY_VARIABLE}, {@link HEALTH_PATH_VARIABLE} and `PORT`. */
export const DEPLOYMENT_KIND_VARIABLE = 'PULSE_DEPLOYMENT_KIND';
export const AFFINITY_VARIABLE = 'PULSE_AFFINITY';
export const HEALTH_PATH_VARIABLE = 'PULSE_HEALTH_PATH';
/**
 * On the service of a deployment that was recalled or drained by a time: the durable truth of when the pages that are left
 * on it are moved (`departureText` writes it). Overwritten to take it back, since Railway redeploys a service that loses a variable.
 */
export const DEPARTURE_VARIABLE = 'PULSE_RAILWAY_DEPARTURE';
/** On the service of a preview: the durable truth of its name and of when it is deleted (`previewText` writes it). */
export const PREVIEW_VARIABLE = 'PULSE_RAILWAY_PREVIEW';
/**
 * On the service of a deployment that is kept to be started again (`restingText` writes it): nothing of it runs, and no tool
 * counts it among the deployments. Overwritten when it is.
 */
export const RESTING_VARIABLE = 'PULSE_RAILWAY_RESTING';
/** On router, janitor and backends. Guards the app's internal endpoints; cannot move traffic. */
export const INTERNAL_TOKEN_VARIABLE = 'PULSE_RAILWAY_INTERNAL_TOKEN';
/** On the router alone. Signs control requests, so its holder moves traffic. */
export const CONTROL_TOKEN_VARIABLE = 'PULSE_RAILWAY_CONTROL_TOKEN';
/** On janitor and backends: the router's service, which backends ask over the private network. */
export const ROUTER_SERVICE_VARIABLE = 'PULSE_RAILWAY_SERVICE';
export const BACKEND_REDIS_URL_VARIABLE = 'PULSE_RAILWAY_REDIS_URL';
/** On the env service, by its operator: where user sessions live instead of the Redis that also routes. */
export const SESSION_REDIS_URL_VARIABLE = 'PULSE_RAILWAY_SESSION_REDIS_URL';
/** Path of a JSON object `"<service>": "<host>:<port>"` that replaces private DNS. */
export const PRIVATE_NETWORK_VARIABLE = 'PULSE_RAILWAY_PRIVATE_NETWORK';
/** Replaces the GraphQL endpoint; uploads go to the same origin. */
export const API_URL_VARIABLE = 'PULSE_RAILWAY_API_URL';

export const DEFAULT_BACKEND_PORT = 8000;
/** Port that the router listens on and its domain targets (contract R5.14). */
export const ROUTER_PORT = 8000;
export const DEFAULT_REDIS_PREFIX = 'pulse:railway';

/** Of a service, over all regions (docs/platform-facts/railway.md §12). */
export const MAX_REPLICAS = 50;
