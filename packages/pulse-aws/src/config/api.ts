import { canaryTerms } from 'pulse-deploy-kit/canary/settings';
import { parseShares } from 'pulse-deploy-kit/canary/share';
import { commitOf } from 'pulse-deploy-kit/history/commit';
import { previewSettings, previewTerms } from 'pulse-deploy-kit/preview';
import { duration } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { deploymentName } from '../deployments/names.ts';
import {
	type ContainerConfig,
	type DockerBuild,
	HEALTH_DEFAULTS,
	type HealthCheckConfig,
	isGiven,
	REAPER_DEFAULTS,
	type ReaperConfig,
	TASK_DEFAULTS,
	type TaskConfig,
} from './api-options.ts';
import { type AskedContainer, containerIn, sidecarAnswers } from './built.ts';
import { checkRequest } from './check-request.ts';
import { parseCidrs } from './cidr.ts';
import { containerSettings } from './container.ts';
import { type DeployRequest, minimum } from './deploy.ts';
import { parseDomain } from './domain.ts';
import { healthSettings } from './health-settings.ts';
import { notifyingSettings, notifyRequest } from './notify.ts';
import { hostPaths } from './paths.ts';
import { processEnvironment } from './process-env.ts';
import { refuseReserved } from './reserved.ts';
import { policyArn } from './secret.ts';
import { DEFAULT_ARCHITECTURE } from './task.ts';

/** What is deployed, and where. */
export interface DeployOptions {
	readonly domain: string;
	readonly deploymentName: string;
	readonly docker: DockerBuild;
	/** It is a container app; `{}` where all of its defaults are right. Default: a Pulse app. */
	readonly container?: ContainerConfig;
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
	/** Only this share of new visitors gets it, and a schedule of larger ones follows: `5%`, or `5%,25%,100%` with `every`. */
	readonly canary?: string;
	/** How long each share of a schedule lasts at least: `10m`, or seconds. */
	readonly every?: string | number;
	/** Go before a deploy that was started later and went first. Default false. */
	readonly overLater?: boolean;
	/** Stop deploys that were started earlier and are still being made; of a preview, those of its name. Default false. */
	readonly supersede?: boolean;
	/** Make it the preview of this name, which only its own address leads to. Default: it becomes active. */
	readonly preview?: string;
	/** How long a preview stays, e.g. `12h`. Default `3d`. */
	readonly previewFor?: string;
	/** What it brings, for `history`. */
	readonly message?: string;
	/** Where notices go: the URL of a webhook, of Slack or Discord; `off`: none are sent. Default: as the stack has it, at first `off`. */
	readonly notify?: string;
	/** Signs webhooks: `whsec_` and 24 to 64 bytes in base64. Default: the stack's, at first made for it. */
	readonly notifySecret?: string;
	/** An old deployment that is there for longer is told of as well: `12h`, or seconds. Default: the stack's, at first `12h`. */
	readonly notifyKept?: string | number;
}

/** @throws usage error for what cannot work */
export async function apiRequest(
	options: DeployOptions & { readonly signal?: AbortSignal },
	cwd: string,
): Promise<DeployRequest> {
	const task = { ...TASK_DEFAULTS, ...given(options.task) };
	const architecture = options.task?.architecture;
	const container = options.container === undefined ? null : checkedContainer(options.container, options);
	const ownPage = container !== null && !isGiven(options.healthCheck, 'pagePath');
	const page = ownPage ? { pagePath: container.healthPath } : {};
	const health = { ...HEALTH_DEFAULTS, ...given(options.healthCheck), ...page };
	const reaper = { ...REAPER_DEFAULTS, ...given(options.reaper) };
	const domain = parseDomain(options.domain);
	const address = { PULSE_SERVER_ADDRESS: `https://${domain}` };
	const { secrets } = task;
	// What a container app holds in memory is in one task, and nothing keeps each tab at its own of several.
	const desiredCount = container !== null && !isGiven(options.task, 'desiredCount') ? 1 : task.desiredCount;
	refuseReserved('envVars', task.envVars, container !== null);
	refuseReserved('secrets', secrets, container !== null);
	const { dockerfilePath: dockerfile, contextPath: context, buildArgs: typedArgs = {} } = options.docker;
	const paths = await hostPaths(cwd, { dockerfile, context });
	const request: DeployRequest = {
		deploymentName: deploymentName(options.deploymentName),
		domain,
		container: container && (await containerIn(paths, { ...container, dockerfile, typedArgs, domain })),
		kindIsSaid: true,
		docker: { ...paths, buildArgs: { ...address, ...typedArgs } },
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
			metrics: task.metrics,
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
		canary: termsOf(options),
		overLater: options.overLater ?? false,
		supersede: options.supersede ?? false,
		preview: previewOf(options) ?? null,
		notify: noticesOf(options),
		message: options.message ?? null,
		commit: await commitOf(paths.context, processEnvironment(), options.signal),
	};
	checkRequest(request);
	return request;
}

function termsOf({ canary, every }: Pick<DeployOptions, 'canary' | 'every'>) {
	const shares = canary === undefined ? undefined : parseShares(canary);
	return canaryTerms('--canary', shares, every === undefined ? undefined : duration(every));
}

/** Read as flags of the same names are. */
function checkedContainer(
	container: ContainerConfig,
	{ healthCheck }: Pick<DeployOptions, 'healthCheck'>,
): Omit<AskedContainer, 'dockerfile' | 'typedArgs' | 'domain'> {
	if (isGiven(healthCheck, 'path')) throw sidecarAnswers('healthCheck.path');
	const table = { ...containerSettings, healthPath: healthSettings.healthPath };
	return resolveSettings(table, { flags: { ...container }, env: {} }).values;
}

/** An option that is `undefined` is not given. */
function given<Options extends object>(options: Options | undefined): Options {
	return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as Options;
}

/** As the command line reads it. */
function noticesOf({ notify, notifySecret, notifyKept }: DeployOptions) {
	const flags = { notify, notifySecret, notifyKept };
	return notifyRequest(resolveSettings(notifyingSettings, { flags, env: {} }).values);
}

/** As the command line reads it. */
function previewOf({ preview, previewFor }: DeployOptions) {
	return previewTerms(resolveSettings(previewSettings, { flags: { preview, previewFor }, env: {} }).values);
}
