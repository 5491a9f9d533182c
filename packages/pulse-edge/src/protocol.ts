/** Header, query and path names between browsers, edge and backends (contract R2, R3). */

/** Query parameter that pins a tab to the deployment that served it. Wins over {@link AFFINITY_HEADER}. */
export const AFFINITY_QUERY = 'pulse_deployment';
export const AFFINITY_HEADER = 'x-pulse-deployment';
/** Which replica of that deployment holds the page's session: a token (`upstream/replica-token.ts`). */
export const REPLICA_QUERY = 'pulse_replica';
export const REPLICA_HEADER = 'x-pulse-replica';
/** From the router to a replica: as which it knows it. Never a client's. */
export const REPLICA_WORD_HEADER = 'x-pulse-replica-word';
/** Set to `1` on a websocket URL: a stale id falls to the active deployment, so that the app can reload the page. */
export const RELOAD_ON_STALE_QUERY = 'pulse_reload_on_stale_affinity';

/** On every proxied response: the deployment that answered. */
export const SELECTED_DEPLOYMENT_HEADER = 'x-pulse-selected-deployment';
/** On every stale answer: browsers that see it reload the page. */
export const STALE_AFFINITY_HEADER = 'x-pulse-stale-affinity';
export const CLIENT_LOADER_HEADER = 'x-pulse-client-loader';
export const CLIENT_LOADER_LOCATION_HEADER = 'x-pulse-client-loader-location';

/** Nothing at or below this path is ever proxied. */
export const INTERNAL_PATH = '/_pulse/internal';

/** Where a browser keeps the version of the tab in use, for requests that cannot say it (contract C1.6). */
export const PAGE_COOKIE = 'pulse_page';
/** While a canary runs: which of the two versions this browser's new pages get (contract R2.21). */
export const CANARY_COOKIE = 'pulse_canary';
/** What Next.js itself says of its version, in an address and by header. */
export const NEXT_QUERY = 'dpl';
export const NEXT_HEADER = 'x-deployment-id';
/** So long a hidden tab holds its version, from when it was hidden, where nothing else is said (contract C1.15). */
export const HIDDEN_TAB_SECONDS = 900;
/** Everything below it belongs to the edge of a container app. */
export const EDGE_PATH = '/_pulse/edge/';
/** On the answer to a tab's report: seconds within which it is to load anew, at a moment that loses no work, and then whatever it does. */
export const RELOAD_WITHIN_HEADER = 'x-pulse-reload-within';
/** Of a container app both are answered by the edge, which asks the app. */
export const META_PATH = '/_pulse/meta';
export const HEALTH_PATH = '/_pulse/health';
