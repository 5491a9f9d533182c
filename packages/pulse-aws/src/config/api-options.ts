import { DEFAULT_HEALTH_PATH } from '../protocol.ts';

/**
 * What `deploy` of a program is given (contract A15.1). Each is a type and a class of the same name, because the documentation
 * has them constructed; an object literal of the type is as good.
 */

/** What is built. */
export interface DockerBuild {
	/** Relative paths start at the working directory. */
	readonly dockerfilePath: string;
	readonly contextPath: string;
	/** Default none. */
	readonly buildArgs?: Readonly<Record<string, string>>;
}

/** A container app: whatever its Dockerfile starts, which needs nothing of Pulse (contract C1, A16). */
export interface ContainerConfig {
	/**
	 * Where the app listens, 1 to 65535; it is told it as `PORT`. Default: as its command says, else EXPOSE of its Dockerfile,
	 * else its framework's own. The deploy rejects where none is known.
	 */
	readonly port?: number;
	/** What stays on a version: `tab`, a tab until it loads a page; `session`, a browser. Default `tab`. */
	readonly affinity?: 'tab' | 'session';
	/**
	 * The app's own page that answers with less than 400 when it is well. Default `/`. Unless `healthCheck.pagePath` is given it
	 * is also the page that must give no server error before visitors are sent there.
	 */
	readonly healthPath?: string;
	/** Command, split into words and run without a shell. Default: the Dockerfile's own. */
	readonly start?: string;
	/** Image of the sidecar, which the load balancer sends to. Default: that of this version. */
	readonly sidecarImage?: string;
	/** How long a hidden tab holds its version, in seconds from when it was hidden, at least 1. Default 900. */
	readonly hiddenTabSeconds?: number;
}

/** How its tasks run. */
export interface TaskConfig {
	/** CPU units. Default `256`. */
	readonly cpu?: string;
	/** MiB. Default `512`. */
	readonly memory?: string;
	/** Default 2, of a container app 1: more than 1 splits what they hold in memory. */
	readonly desiredCount?: number;
	/** Default none. */
	readonly envVars?: Readonly<Record<string, string>>;
	/** Variable → ARN of an SSM parameter or Secrets Manager secret. Default none. */
	readonly secrets?: Readonly<Record<string, string>>;
	/** Default 5. */
	readonly drainPollSeconds?: number;
	/** Default 20. */
	readonly drainGraceSeconds?: number;
	/** Its tasks publish metrics to CloudWatch, by the names of the router on Railway. Default false. */
	readonly metrics?: boolean;
	/** Default: that of the active deployment, at first `x86_64`. */
	readonly architecture?: 'x86_64' | 'arm64';
}

/** When it is healthy. */
export interface HealthCheckConfig {
	/** Default `/_pulse/health`. Of a container app it is the sidecar's, and cannot be given: see `ContainerConfig.healthPath`. */
	readonly path?: string;
	/** Default 30. */
	readonly intervalSeconds?: number;
	/** Default 5. */
	readonly timeoutSeconds?: number;
	/** Default 2. */
	readonly healthyThreshold?: number;
	/** Default 3. */
	readonly unhealthyThreshold?: number;
	/** Default true. */
	readonly waitForHealth?: boolean;
	/** Default 2, at most the desired count. */
	readonly minHealthyTargets?: number;
	/** Default 60. */
	readonly taskGracePeriodSeconds?: number;
	/** A page that must give no server error before visitors are sent there; `null`: none is asked for. Default `/`. */
	readonly pagePath?: string | null;
	/** Seconds to wait for healthy targets. Default 300. */
	readonly budgetSeconds?: number;
}

/** How older deployments are retired. */
export interface ReaperConfig {
	/** Default 1. */
	readonly scheduleMinutes?: number;
	/** Hours from the start of draining. Default 1. */
	readonly maxAgeHours?: number;
	/** Hours. Default 1. */
	readonly deploymentTimeout?: number;
	/**
	 * Seconds that a deployment which was active stays to go back to, although it has no visitors; 0: not at all. Default: as the
	 * stack has it, at first an hour, at most `maxAgeHours`.
	 */
	readonly rollbackWindowSeconds?: number;
	/** How many deployments stay so. Default 1. */
	readonly rollbackKeep?: number;
}

export const TASK_DEFAULTS: Required<Omit<TaskConfig, 'architecture'>> = {
	cpu: '256',
	memory: '512',
	desiredCount: 2,
	envVars: {},
	secrets: {},
	drainPollSeconds: 5,
	drainGraceSeconds: 20,
	metrics: false,
};

export const HEALTH_DEFAULTS: Required<HealthCheckConfig> = {
	path: DEFAULT_HEALTH_PATH,
	intervalSeconds: 30,
	timeoutSeconds: 5,
	healthyThreshold: 2,
	unhealthyThreshold: 3,
	waitForHealth: true,
	minHealthyTargets: 2,
	taskGracePeriodSeconds: 60,
	pagePath: '/',
	budgetSeconds: 300,
};

export const REAPER_DEFAULTS: Required<Omit<ReaperConfig, 'rollbackWindowSeconds'>> = {
	scheduleMinutes: 1,
	maxAgeHours: 1,
	deploymentTimeout: 1,
	rollbackKeep: 1,
};

/** By instance: what it was made with. */
const given = new WeakMap<object, object>();

/** Whether a program gave it: an instance carries its defaults as well. */
export function isGiven<Options extends object>(options: Options | undefined, key: keyof Options): boolean {
	if (options === undefined) return false;
	const asked = (given.get(options) ?? options) as Options;
	return asked[key] !== undefined;
}

/** @template Kept what has no default of its own */
type Filled<Options, Kept extends keyof Options = never> = new (
	...options: object extends Options ? [options?: Options] : [options: Options]
) => Required<Omit<Options, Kept>> & Pick<Options, Kept>;

export const DockerBuild: Filled<DockerBuild> = filled<DockerBuild>('DockerBuild', { buildArgs: {} });
export const TaskConfig: Filled<TaskConfig, 'architecture'> = filled<TaskConfig>('TaskConfig', TASK_DEFAULTS);
export const HealthCheckConfig: Filled<HealthCheckConfig> = filled<HealthCheckConfig>(
	'HealthCheckConfig',
	HEALTH_DEFAULTS,
);
export const ReaperConfig: Filled<ReaperConfig, 'rollbackWindowSeconds'> = filled<ReaperConfig>(
	'ReaperConfig',
	REAPER_DEFAULTS,
);

function filled<Options extends object>(
	name: string,
	defaults: Partial<Options>,
): Filled<Options> & Filled<Options, keyof Options> {
	const made = {
		[name]: class {
			constructor(options?: Options) {
				Object.assign(this, structuredClone(defaults), options);
				given.set(this, options ?? {});
			}
		},
	};
	return made[name] as unknown as Filled<Options> & Filled<Options, keyof Options>;
}
