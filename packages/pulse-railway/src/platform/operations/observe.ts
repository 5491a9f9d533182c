import { z } from 'zod';
import { query } from '../operation.ts';
import { PAGE_INFO, page } from '../paginate.ts';
import type { PlatformDeploymentStatus } from '../port.ts';
import type { EnvironmentIds } from './environment-ids.ts';

/** Of a deployment, as far as this tool knows them. */
export const STATUSES = [
	'BUILDING',
	'CRASHED',
	'DEPLOYING',
	'FAILED',
	'INITIALIZING',
	'NEEDS_APPROVAL',
	'QUEUED',
	'REMOVED',
	'REMOVING',
	'SKIPPED',
	'SLEEPING',
	'SUCCESS',
	'WAITING',
] as const satisfies readonly PlatformDeploymentStatus[];

export const DEPLOYMENT_FIELDS = 'id status deploymentStopped createdAt';

export const deploymentResult = z.object({
	id: z.string(),
	// The schema grows: a status that is new to us is one to wait on, within the waiter's budget.
	status: z.enum(STATUSES).catch('WAITING'),
	deploymentStopped: z.boolean(),
	createdAt: z.string(),
	meta: z.unknown().optional(),
});

export const domainsResult = z.object({
	serviceDomains: z.array(z.object({ domain: z.string(), targetPort: z.number().nullish() })),
	customDomains: z.array(z.object({ domain: z.string(), targetPort: z.number().nullish() })),
});

const instanceResult = z.object({
	service: z.object({ id: z.string(), name: z.string(), createdAt: z.string(), groupId: z.string().nullish() }),
	startCommand: z.string().nullish(),
	healthcheckPath: z.string().nullish(),
	healthcheckTimeout: z.number().nullish(),
	cronSchedule: z.string().nullish(),
	numReplicas: z.number().nullish(),
	restartPolicyType: z.enum(['ALWAYS', 'NEVER', 'ON_FAILURE']).nullish().catch(undefined),
	overlapSeconds: z.number().nullish(),
	drainingSeconds: z.number().nullish(),
	dockerfilePath: z.string().nullish(),
	sleepApplication: z.boolean().nullish(),
	source: z.object({ image: z.string().nullish() }).nullish(),
	domains: domainsResult,
	latestDeployment: deploymentResult.nullish(),
});

export type InstanceNode = z.infer<typeof instanceResult>;

const INSTANCES = `serviceInstances(first: $first, after: $after) {
	edges { node {
		service { id name createdAt groupId }
		startCommand healthcheckPath healthcheckTimeout cronSchedule numReplicas restartPolicyType
		overlapSeconds drainingSeconds dockerfilePath sleepApplication
		source { image }
		domains { serviceDomains { domain targetPort } customDomains { domain targetPort } }
		latestDeployment { ${DEPLOYMENT_FIELDS} }
	} }
	${PAGE_INFO}
}`;

/** The whole stack in one request; `withConfig: false` for tokens that may not read the environment's config. */
export const observeStack = query<EnvironmentIds & { first: number; withConfig: boolean }, ObservedStack>(
	'observeStack',
	`($projectId: String!, $environmentId: String!, $first: Int!, $after: String, $withConfig: Boolean!) {
		project(id: $projectId) { id name workspaceId description }
		environment(id: $environmentId, projectId: $projectId) {
			id name projectId
			config(decryptVariables: true) @include(if: $withConfig)
			${INSTANCES}
		}
	}`,
	z.object({
		project: z.object({
			id: z.string(),
			name: z.string(),
			workspaceId: z.string().nullish(),
			description: z.string().nullish(),
		}),
		environment: z.object({
			id: z.string(),
			name: z.string(),
			projectId: z.string(),
			config: z.unknown().optional(),
			serviceInstances: page(instanceResult),
		}),
	}),
);

export interface ObservedStack {
	readonly project: {
		readonly id: string;
		readonly name: string;
		readonly workspaceId?: string | null | undefined;
		readonly description?: string | null | undefined;
	};
	readonly environment: {
		readonly id: string;
		readonly name: string;
		readonly projectId: string;
		readonly config?: unknown;
		readonly serviceInstances: z.infer<ReturnType<typeof page<InstanceNode>>>;
	};
}

/** For what it says of services; values of variables stay hidden. */
export const readPlaces = query<EnvironmentIds, { environment: { config?: unknown } }>(
	'readPlaces',
	`($projectId: String!, $environmentId: String!) {
		environment(id: $environmentId, projectId: $projectId) { config }
	}`,
	z.object({ environment: z.object({ config: z.unknown().optional() }) }),
);

export const moreInstances = query<EnvironmentIds & { first: number; after: string }, MoreInstances>(
	'moreInstances',
	`($projectId: String!, $environmentId: String!, $first: Int!, $after: String) {
		environment(id: $environmentId, projectId: $projectId) { ${INSTANCES} }
	}`,
	z.object({ environment: z.object({ serviceInstances: page(instanceResult) }) }),
);

interface MoreInstances {
	readonly environment: Pick<ObservedStack['environment'], 'serviceInstances'>;
}

/** What exists right now, nothing else: for looking whether a write happened. */
export const serviceNames = query<EnvironmentIds & { first: number; after?: string }, ServiceNames>(
	'serviceNames',
	`($projectId: String!, $environmentId: String!, $first: Int!, $after: String) {
		environment(id: $environmentId, projectId: $projectId) {
			serviceInstances(first: $first, after: $after) { edges { node { serviceId serviceName } } ${PAGE_INFO} }
		}
	}`,
	z.object({
		environment: z.object({ serviceInstances: page(z.object({ serviceId: z.string(), serviceName: z.string() })) }),
	}),
);

interface ServiceNames {
	readonly environment: {
		readonly serviceInstances: z.infer<ReturnType<typeof page<{ serviceId: string; serviceName: string }>>>;
	};
}
