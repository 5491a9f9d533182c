import { deploymentName } from '../deployments/names.ts';
import {
	type DockerBuild,
	HEALTH_DEFAULTS,
	type HealthCheckConfig,
	REAPER_DEFAULTS,
	type ReaperConfig,
	TASK_DEFAULTS,
	type TaskConfig,
} from './api-options.ts';
import { checkRequest } from './check-request.ts';
import { parseCidrs } from './cidr.ts';
import { type DeployRequest, minimum } from './deploy.ts';
import { parseDomain } from './domain.ts';
import { hostPaths } from './paths.ts';
import { refuseReserved } from './reserved.ts';
import { policyArn } from './secret.ts';
import { DEFAULT_ARCHITECTURE } from './task.ts';

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
	/** IPv4 ranges that may reach the load balancer. Default: every address. */
	readonly allowedCidrs?: readonly string[];
	/** When the load balancer ends a connection on which nothing is sent, 1 to 4000. Default: the stack's, at first 900. */
	readonly idleTimeoutSeconds?: number;
	/** Write validation and alias records to Route 53. Default false. */
	readonly route53?: boolean;
	/** Go before a deploy that was started later and went first. Default false. */
	readonly overLater?: boolean;
}

/** @throws usage error for what cannot work */
export async function apiRequest(options: DeployOptions, cwd: string): Promise<DeployRequest> {
	const task = { ...TASK_DEFAULTS, ...given(options.task) };
	const architecture = options.task?.architecture;
	const health = { ...HEALTH_DEFAULTS, ...given(options.healthCheck) };
	const reaper = { ...REAPER_DEFAULTS, ...given(options.reaper) };
	const domain = parseDomain(options.domain);
	const address = { PULSE_SERVER_ADDRESS: `https://${domain}` };
	const { desiredCount, secrets } = task;
	refuseReserved('envVars', task.envVars);
	refuseReserved('secrets', secrets);
	const request: DeployRequest = {
		deploymentName: deploymentName(options.deploymentName),
		domain,
		container: null,
		// It knows no other kind.
		kindIsSaid: true,
		docker: {
			...(await hostPaths(cwd, { dockerfile: options.docker.dockerfilePath, context: options.docker.contextPath })),
			buildArgs: { ...address, ...options.docker.buildArgs },
		},
		task: {
			cpu: task.cpu,
			memory: task.memory,
			architecture: architecture ?? DEFAULT_ARCHITECTURE,
			keepsArchitecture: architecture === undefined,
			desiredCount,
			env: { ...address, ...task.envVars },
			secrets,
			drainPollSeconds: task.drainPollSeconds,
			drainGraceSeconds: task.drainGraceSeconds,
		},
		health: {
			...health,
			// A `HealthCheckConfig` carries the default as if it had been asked for.
			minHealthyTargets: minimum(
				health.minHealthyTargets,
				desiredCount,
				health.minHealthyTargets === HEALTH_DEFAULTS.minHealthyTargets,
			),
		},
		network: {
			nat: options.nat ?? null,
			allowedCidrs: options.allowedCidrs === undefined ? null : parseCidrs(options.allowedCidrs),
			idleTimeoutSeconds: options.idleTimeoutSeconds ?? null,
		},
		reaper: {
			scheduleMinutes: reaper.scheduleMinutes,
			maxAgeHours: reaper.maxAgeHours,
			deploymentTimeoutHours: reaper.deploymentTimeout,
			rollbackWindowSeconds: reaper.rollbackWindowSeconds ?? null,
			rollbackKeep: reaper.rollbackKeep,
			// A `ReaperConfig` carries its defaults as if they had been asked for.
			kept:
				options.reaper === undefined
					? ['scheduleMinutes', 'maxAgeHours', 'deploymentTimeoutHours', 'rollbackKeep']
					: [],
		},
		certificateArn: options.certificateArn ?? null,
		secretArns: [...new Set(Object.values(secrets).map(policyArn))],
		route53: options.route53 ?? false,
		overLater: options.overLater ?? false,
	};
	return checkRequest(request);
}

/** An option that is `undefined` is not given. */
function given<Options extends object>(options: Options | undefined): Options {
	return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as Options;
}
