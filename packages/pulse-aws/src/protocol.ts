/** Header, query, path, variable and tag names shared by CLI, reaper and plugin (contract A3–A11). */

/** What pins a tab to its deployment: the load balancer's rules match it (contract A6, C1.2). */
export {
	AFFINITY_HEADER,
	AFFINITY_QUERY,
	CANARY_COOKIE,
	HEALTH_PATH as DEFAULT_HEALTH_PATH,
	META_PATH,
	NEXT_HEADER,
	NEXT_QUERY,
	PAGE_COOKIE,
	REPLICA_HEADER,
	REPLICA_QUERY,
	STALE_AFFINITY_HEADER,
} from 'pulse-edge/protocol';
export const VERIFY_PATH_PREFIX = '/_pulse/verify-';

export const DEPLOYMENT_NAME_VARIABLE = 'PULSE_AWS_DEPLOYMENT_NAME';
export const DEPLOYMENT_ID_VARIABLE = 'PULSE_AWS_DEPLOYMENT_ID';
export const DRAIN_POLL_VARIABLE = 'PULSE_AWS_DRAIN_POLL_SECONDS';
export const DRAIN_GRACE_VARIABLE = 'PULSE_AWS_DRAIN_GRACE_SECONDS';
/** `1`: the task tells its metrics in its log (`task/metrics.ts`). */
export const METRICS_VARIABLE = 'PULSE_AWS_METRICS';
/** What the tasks of one deployment share, where the app has no secret of its own: by it they know their pages and each other. */
export const TASK_SECRET_VARIABLE = 'PULSE_AWS_TASK_SECRET';
/** The app's own, which wins. */
export const APP_SECRET_VARIABLE = 'PULSE_SECRET';
/** Where Fargate tells a task of itself. */
export const METADATA_VARIABLE = 'ECS_CONTAINER_METADATA_URI_V4';
/** A task's id where Fargate does not tell it. */
export const TASK_ID_VARIABLE = 'PULSE_AWS_TASK_ID';

/** A container app is told its version by these alone; the second is Next.js's own. */
export const APP_ID_VARIABLE = 'PULSE_DEPLOYMENT_ID';
export const NEXT_ID_VARIABLE = 'NEXT_DEPLOYMENT_ID';

export const CONTAINER_NAME = 'app';
export const CONTAINER_PORT = 8000;
/** Where the sidecar listens beside an app on {@link CONTAINER_PORT}: containers of a task share their ports. */
export const SIDECAR_PORT = 8001;

/** The container beside the app in each task of a container app, to which the load balancer sends. */
export const SIDECAR_CONTAINER_NAME = 'pulse-edge';
/** What the sidecar is told, beside the deployment's name and id and how to look for draining. */
export const SIDECAR_VARIABLES = {
	/** Port that it listens on. Default {@link CONTAINER_PORT}. */
	port: 'PULSE_EDGE_PORT',
	/** The app's port on 127.0.0.1. Required. */
	upstreamPort: 'PULSE_EDGE_UPSTREAM_PORT',
	/** Path that the app answers when it is well. Default `/`. */
	healthPath: 'PULSE_EDGE_HEALTH_PATH',
	/** As which the app is asked for it. Default: as the load balancer asks. */
	healthHost: 'PULSE_EDGE_HEALTH_HOST',
	/** `tab` or `session`. Default `tab`. */
	affinity: 'PULSE_EDGE_AFFINITY',
	/** How many seconds a hidden tab holds its version, from when it was hidden. Default 900. */
	hiddenTabSeconds: 'PULSE_EDGE_HIDDEN_TAB_SECONDS',
	/** How many seconds it may take to end after SIGTERM; below its container's `stopTimeout`. Default 110. */
	stopSeconds: 'PULSE_EDGE_STOP_SECONDS',
} as const;

/**
 * Values of `/apps/<name>/<id>/state` and of the service tag `state`. Tools of before know neither `canary` nor
 * `preview`, and take them for services that are not theirs: they serve them, and neither delete them nor go back to them.
 */
export type AwsDeploymentState = 'deploying' | 'canary' | 'active' | 'draining' | 'preview';

/** Deployment state in Parameter Store; {@link taskStateParameter} is below it. */
export const stateParameter = (name: string, id: string) => `/apps/${name}/${id}/state`;
/**
 * When the pages that are left on the deployment are moved (`departureText` writes it); none where it was neither recalled nor
 * drained. Tasks may read whatever is called `state` below their app, and write none of it.
 */
export const departureParameter = (name: string, id: string) => `/apps/${name}/${id}/departure/state`;
/**
 * The lease of the one task that runs what its app gave to `whenNewest`. Tasks may read whatever is called `state` below their
 * app, and write what is below `tasks`: this is both, so that it takes no right more. `newest` is no deployment's id.
 */
export const newestParameter = (name: string) => `/apps/${name}/newest/tasks/lease/state`;
export const isNewestLease = (parameter: string) => /^\/apps\/[^/]+\/newest\/tasks\/lease\/state$/.test(parameter);
/** Who makes the deployment: the lease of the command that has the id. */
export const ownerParameter = (name: string, id: string) => `/apps/${name}/${id}/owner`;
export const isOwner = (parameter: string) => /^\/apps\/[^/]+\/[^/]+\/owner$/.test(parameter);
/** The deployment of the later deploy that takes the place of the one that makes this deployment. */
export const supersededParameter = (name: string, id: string) => `/apps/${name}/${id}/superseded`;
/** The canary that runs (`task/rollout.ts`). Tasks read it, and write none of it; `canary` is no deployment's id. */
export const canaryParameter = (name: string) => `/apps/${name}/canary/state`;
/** What the reaper has made of its tasks' counts. */
export const canaryEvidenceParameter = (name: string) => `/apps/${name}/canary/evidence`;
export const isCanaryParameter = (parameter: string) => /^\/apps\/[^/]+\/canary\/(state|evidence)$/.test(parameter);
/** What a task has counted for it (`task/canary-word.ts`). */
export const canaryWordParameter = (name: string, id: string, task: string) =>
	`/apps/${name}/canary/tasks/${id}.${task}`;
/** What a dashboard asks all tasks (`task/ask.ts`). Tasks write none of it; `people` is no deployment's id. */
export const askParameter = (name: string) => `/apps/${name}/people/state`;
export const taskStateParameter = (name: string, id: string, task: string) => `/apps/${name}/${id}/tasks/${task}`;

/** The reaper's settings. */
export const REAPER_VARIABLES = {
	cluster: 'PULSE_AWS_CLUSTER',
	deploymentName: DEPLOYMENT_NAME_VARIABLE,
	listenerArn: 'PULSE_AWS_LISTENER_ARN',
	vpcId: 'PULSE_AWS_VPC_ID',
	repository: 'PULSE_AWS_REPOSITORY',
	maxAgeHours: 'PULSE_AWS_REAPER_MAX_AGE_HR',
	deploymentTimeoutHours: 'PULSE_AWS_REAPER_DEPLOYMENT_TIMEOUT',
	rollbackWindowSeconds: 'PULSE_AWS_REAPER_ROLLBACK_WINDOW_SECONDS',
	rollbackKeep: 'PULSE_AWS_REAPER_ROLLBACK_KEEP',
} as const;
