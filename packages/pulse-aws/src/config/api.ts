import { deploymentName } from '../deployments/names.ts';
import { DEFAULT_HEALTH_PATH } from '../protocol.ts';
import { checkRequest } from './check-request.ts';
import { parseCidrs } from './cidr.ts';
import { type DeployRequest, minimum } from './deploy.ts';
import { parseDomain } from './domain.ts';
import { hostPaths } from './paths.ts';
import { refuseReserved } from './reserved.ts';
import { policyArn } from './secret.ts';

/** What is built. */
export interface DockerBuild {
	/** Relative paths start at the working directory. */
	readonly dockerfilePath: string;
	readonly contextPath: string;
	/** Default none. */
	readonly buildArgs?: Readonly<Record<string, string>>;
}

/** How its tasks run. */
export interface TaskConfig {
	/** CPU units. Default `256`. */
	readonly cpu?: string;
	/** MiB. Default `512`. */
	readonly memory?: string;
	/** Default 2. */
	readonly desiredCount?: number;
	/** Default none. */
	readonly envVars?: Readonly<Record<string, string>>;
	/** Variable → ARN of an SSM parameter or Secrets Manager secret. Default none. */
	readonly secrets?: Readonly<Record<string, string>>;
	/** Default 5. */
	readonly drainPollSeconds?: number;
	/** Default 20. */
	readonly drainGraceSeconds?: number;
	/** Default `x86_64`. */
	readonly architecture?: 'x86_64' | 'arm64';
}

/** When it is healthy. */
export interface HealthCheckConfig {
	/** Default `/_pulse/health`. */
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
}

/** How older deployments are retired. */
export interface ReaperConfig {
	/** Default 1. */
	readonly scheduleMinutes?: number;
	/** Hours from the start of draining. Default 1. */
	readonly maxAgeHours?: number;
	/** Hours. Default 1. */
	readonly deploymentTimeout?: number;
}

export interface DeployOptions {
	readonly domain: string;
	readonly deploymentName: string;
	readonly docker: DockerBuild;
	readonly task?: TaskConfig;
	readonly healthCheck?: HealthCheckConfig;
	readonly reaper?: ReaperConfig;
	/** ACM certificate, used unchecked. Default: found or requested. */
	readonly certificateArn?: string;
	/** Default `gateway`. */
	readonly nat?: 'gateway' | 'none';
	/** IPv4 ranges that may reach the load balancer. Default everybody. */
	readonly allowedCidrs?: readonly string[];
	/** Write validation and alias records to Route 53. Default false. */
	readonly route53?: boolean;
}

/** @throws usage error for what cannot work */
export async function apiRequest(options: DeployOptions, cwd: string): Promise<DeployRequest> {
	const { task = {}, healthCheck = {}, reaper = {} } = options;
	const domain = parseDomain(options.domain);
	const address = { PULSE_SERVER_ADDRESS: `https://${domain}` };
	const secrets = task.secrets ?? {};
	refuseReserved('envVars', task.envVars ?? {});
	refuseReserved('secrets', secrets);
	const desiredCount = task.desiredCount ?? 2;
	const request: DeployRequest = {
		deploymentName: deploymentName(options.deploymentName),
		domain,
		docker: {
			...(await hostPaths(cwd, { dockerfile: options.docker.dockerfilePath, context: options.docker.contextPath })),
			buildArgs: { ...address, ...options.docker.buildArgs },
		},
		task: {
			cpu: task.cpu ?? '256',
			memory: task.memory ?? '512',
			architecture: task.architecture ?? 'x86_64',
			desiredCount,
			env: { ...address, ...task.envVars },
			secrets,
			drainPollSeconds: task.drainPollSeconds ?? 5,
			drainGraceSeconds: task.drainGraceSeconds ?? 20,
		},
		health: {
			path: healthCheck.path ?? DEFAULT_HEALTH_PATH,
			intervalSeconds: healthCheck.intervalSeconds ?? 30,
			timeoutSeconds: healthCheck.timeoutSeconds ?? 5,
			healthyThreshold: healthCheck.healthyThreshold ?? 2,
			unhealthyThreshold: healthCheck.unhealthyThreshold ?? 3,
			waitForHealth: healthCheck.waitForHealth ?? true,
			minHealthyTargets: minimum(
				healthCheck.minHealthyTargets ?? 2,
				desiredCount,
				healthCheck.minHealthyTargets === undefined,
			),
			taskGracePeriodSeconds: healthCheck.taskGracePeriodSeconds ?? 60,
		},
		network: { nat: options.nat ?? 'gateway', allowedCidrs: parseCidrs(options.allowedCidrs ?? []) },
		reaper: {
			scheduleMinutes: reaper.scheduleMinutes ?? 1,
			maxAgeHours: reaper.maxAgeHours ?? 1,
			deploymentTimeoutHours: reaper.deploymentTimeout ?? 1,
		},
		certificateArn: options.certificateArn ?? null,
		secretArns: [...new Set(Object.values(secrets).map(policyArn))],
		route53: options.route53 ?? false,
	};
	return checkRequest(request);
}
