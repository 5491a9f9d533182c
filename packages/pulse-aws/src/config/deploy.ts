import { type CanaryTerms, canaryTerms } from 'pulse-deploy-kit/canary/settings';
import { usageError } from 'pulse-deploy-kit/errors';
import { commitOf } from 'pulse-deploy-kit/history/commit';
import { parseKeyValues } from 'pulse-deploy-kit/key-value';
import { type PreviewTerms, previewTerms } from 'pulse-deploy-kit/preview';
import type { ContainerRequest } from '../deployments/container.ts';
import { deploymentName } from '../deployments/names.ts';
import { appToDeploy } from './app-to-deploy.ts';
import { builtContainer, builtPulse } from './built.ts';
import { checkRequest } from './check-request.ts';
import { missingDomain, missingName, type Where } from './common.ts';
import { parseDomain } from './domain.ts';
import { type NotifyRequest, notifyRequest } from './notify.ts';
import type { DockerPaths } from './paths.ts';
import { reaperRequest } from './reaper-request.ts';
import { refuseReserved } from './reserved.ts';
import { policyArn } from './secret.ts';
import { parseServerAddress } from './server-address.ts';
import { DEFAULT_ARCHITECTURE, type TaskRequest } from './task.ts';

/** A deploy as it was asked for: checked, with every default filled in. */
export interface DeployRequest {
	readonly deploymentName: string;
	readonly domain: string;
	/** The file that remembers the domain, where no flag, variable or `pulse.toml` gives it. */
	readonly domainFrom?: string;
	/** `null`: a Pulse app. */
	readonly container: ContainerRequest | null;
	/** Which of the two it is was said, not found by looking. */
	readonly kindIsSaid: boolean;
	/** `null`: nothing is built, it is an earlier version. */
	readonly docker:
		| (Pick<DockerPaths, 'dockerfile' | 'context'> & { readonly buildArgs: Readonly<Record<string, string>> })
		| null;
	readonly task: TaskRequest;
	readonly health: HealthRequest;
	readonly network: {
		/** Each `null`: as the stack has it, or the default (contract, decision 24). */
		readonly nat: 'gateway' | 'none' | null;
		/** Empty: every address. */
		readonly allowedCidrs: readonly string[] | null;
		readonly idleTimeoutSeconds: number | null;
	};
	readonly reaper: ReaperRequest;
	/** Used unchecked; `null`: found, or requested. */
	readonly certificateArn: string | null;
	/** Resources that the tasks' secrets come from. */
	readonly secretArns: readonly string[];
	/** Records are written to Route 53 without asking. */
	readonly route53: boolean;
	/** It gets this share of new visitors, beside the active one; absent: all of them. */
	readonly canary?: CanaryTerms | undefined;
	/** Goes before a deploy that was started later and went first. */
	readonly overLater: boolean;
	/** Stops deploys that were started earlier and are still being made. */
	readonly supersede: boolean;
	/** `null`: it becomes active. */
	readonly preview: PreviewTerms | null;
	/** Whom to tell of what happens; `null`: nothing was given. */
	readonly notify: NotifyRequest | null;
	/** What it brings, in the words of `--message`, for the history. */
	readonly message: string | null;
	/** Of the sources; `null`: not known. */
	readonly commit: string | null;
	/** The deployment whose version it is made of; absent: it is built. */
	readonly madeOf?: string;
}

export interface HealthRequest {
	readonly path: string;
	readonly intervalSeconds: number;
	readonly timeoutSeconds: number;
	readonly healthyThreshold: number;
	readonly unhealthyThreshold: number;
	/** Switch only once the deployment is healthy and answers. */
	readonly waitForHealth: boolean;
	readonly minHealthyTargets: number;
	readonly taskGracePeriodSeconds: number;
	/** A page that must give no server error; `null`: none is asked for. */
	readonly pagePath: string | null;
	/** How long to wait for healthy targets. */
	readonly budgetSeconds: number;
}

export interface ReaperRequest {
	readonly scheduleMinutes: number;
	/** From the start of draining. */
	readonly maxAgeHours: number;
	readonly deploymentTimeoutHours: number;
	/** `null`: as the stack has it, at first the usual one. */
	readonly rollbackWindowSeconds: number | null;
	readonly rollbackKeep: number;
	/** Those that the user did not give: a stack that stands keeps its own (contract, decision 24). */
	readonly kept: readonly ReaperSetting[];
}

export type ReaperSetting = 'scheduleMinutes' | 'maxAgeHours' | 'deploymentTimeoutHours' | 'rollbackKeep';

export interface Typed {
	readonly flags: Readonly<Record<string, unknown>>;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
	/** What takes time ends with it, such as asking git. */
	readonly signal?: AbortSignal;
}

/** As typed, and where it goes. */
export interface TypedDeploy extends DeployRequest {
	readonly docker: NonNullable<DeployRequest['docker']>;
	readonly at: Where;
	/** Of `pulse.toml`. */
	readonly folder: string;
}

/** @throws usage error for everything that is missing or cannot work, before anything is asked of AWS */
export async function deployRequest(typed: Typed): Promise<TypedDeploy> {
	const app = await appToDeploy(typed);
	const { values, origins } = app;
	if (values.deploymentName === undefined) throw missingName();
	if (values.domain === undefined) throw missingDomain();
	const domain = parseDomain(values.domain);
	const serverAddress = parseServerAddress('--server-address', values.serverAddress ?? `https://${domain}`);
	const built = app.isContainer ? await builtContainer(typed.cwd, app, domain) : await builtPulse(typed.cwd, app);
	// What a container app holds in memory is in one task, and nothing keeps each tab at its own of several.
	const isAlone = app.isContainer && origins.desiredCount?.from === 'default';
	const desiredCount = isAlone ? 1 : values.desiredCount;
	const taskEnv = parseKeyValues('--task-env', values.taskEnv ?? []);
	const secrets = parseKeyValues('--secret', values.secret ?? []);
	refuseReserved('--task-env', taskEnv, app.isContainer);
	refuseReserved('--secret', secrets, app.isContainer);
	const preview = previewTerms(values) ?? null;
	// The file of a branch says nothing of what its preview shares with the active version: that stays as it runs.
	const shared = <Key extends 'nat' | 'idleTimeout' | 'notify' | 'notifyKept'>(key: Key) =>
		preview !== null && origins[key]?.from === 'file' ? undefined : values[key];
	const request: TypedDeploy = {
		at: { region: values.region, memory: app.memory },
		folder: app.folder,
		deploymentName: deploymentName(values.deploymentName),
		domain,
		...(origins.domain?.from === 'remembered' ? { domainFrom: origins.domain.name } : {}),
		container: built.container,
		kindIsSaid: app.isSaid,
		docker: {
			dockerfile: built.dockerfile,
			context: built.context,
			buildArgs: { ...built.buildArgs, PULSE_SERVER_ADDRESS: serverAddress, ...built.typedArgs },
		},
		task: {
			cpu: values.taskCpu,
			memory: values.taskMemory,
			architecture: values.arch ?? DEFAULT_ARCHITECTURE,
			keepsArchitecture: values.arch === undefined,
			desiredCount,
			env: { PULSE_SERVER_ADDRESS: serverAddress, ...taskEnv },
			secrets,
			drainPollSeconds: values.drainPollSeconds,
			drainGraceSeconds: values.drainGraceSeconds,
			metrics: values.metrics,
		},
		health: {
			path: values.healthCheckPath,
			intervalSeconds: values.healthCheckInterval,
			timeoutSeconds: values.healthCheckTimeout,
			healthyThreshold: values.healthyThreshold,
			unhealthyThreshold: values.unhealthyThreshold,
			waitForHealth: values.waitForHealth,
			minHealthyTargets: minimum(values.minHealthyTargets, desiredCount, origins.minHealthyTargets?.from === 'default'),
			taskGracePeriodSeconds: 60,
			pagePath: values.pageCheck ? values.healthPath : null,
			budgetSeconds: values.healthBudget,
		},
		network: {
			nat: shared('nat') ?? null,
			allowedCidrs: values.allowedCidr ?? null,
			idleTimeoutSeconds: shared('idleTimeout') ?? null,
		},
		reaper: reaperRequest(app),
		certificateArn: values.certificateArn ?? null,
		secretArns: [...new Set(Object.values(secrets).map(policyArn))],
		route53: values.route53,
		canary: canaryTerms('--canary', values.canary, values.every),
		overLater: values.overLater,
		supersede: values.supersede,
		preview,
		notify: notifyRequest({ ...values, notify: shared('notify'), notifyKept: shared('notifyKept') }),
		message: values.message ?? null,
		commit: await commitOf(built.context, typed.env, typed.signal),
	};
	checkRequest(request);
	return Object.freeze(request);
}

/** A default that the number of tasks cannot reach would only time out. */
export function minimum(wanted: number, desired: number, isDefault: boolean): number {
	if (wanted <= desired) return wanted;
	if (isDefault) return desired;
	throw usageError(`--min-healthy-targets ${wanted} can never be reached with --desired-count ${desired}`);
}
