import { z } from 'zod';
import { mutation, query } from '../operation.ts';
import { DEPLOYMENT_FIELDS, deploymentResult } from './observe.ts';

export const deployService = mutation<
	{ serviceId: string; environmentId: string },
	{ serviceInstanceDeployV2: string }
>(
	'serviceInstanceDeployV2',
	`($serviceId: String!, $environmentId: String!) {
		serviceInstanceDeployV2(serviceId: $serviceId, environmentId: $environmentId)
	}`,
	z.object({ serviceInstanceDeployV2: z.string() }),
);

export const redeploy = mutation<{ id: string }, { deploymentRedeploy: { id: string } }>(
	'deploymentRedeploy',
	'($id: String!) { deploymentRedeploy(id: $id, usePreviousImageTag: true) { id } }',
	z.object({ deploymentRedeploy: z.object({ id: z.string() }) }),
);

export const removeDeployment = mutation<{ id: string }, { deploymentRemove: boolean }>(
	'deploymentRemove',
	'($id: String!) { deploymentRemove(id: $id) }',
	z.object({ deploymentRemove: z.boolean() }),
);

export const readDeployment = query<{ id: string }, { deployment: z.infer<typeof deploymentResult> }>(
	'readDeployment',
	`($id: String!) { deployment(id: $id) { ${DEPLOYMENT_FIELDS} meta } }`,
	z.object({ deployment: deploymentResult }),
);

const logResult = z.object({
	timestamp: z.string(),
	message: z.string(),
	severity: z.string().nullish(),
});

type Logs = { logs: z.infer<typeof logResult>[] };

export const readBuildLogs = query<{ deploymentId: string; limit: number }, Logs>(
	'readBuildLogs',
	`($deploymentId: String!, $limit: Int!) {
		logs: buildLogs(deploymentId: $deploymentId, limit: $limit) { timestamp message severity }
	}`,
	z.object({ logs: z.array(logResult) }),
);

/** What the build logs of a deployment are found by where `buildLogs` has none. */
export const readBuild = query<
	{ id: string },
	{ deployment: { snapshotId?: string | null | undefined; environmentId: string; createdAt: string } }
>(
	'readBuild',
	'($id: String!) { deployment(id: $id) { snapshotId environmentId createdAt } }',
	z.object({
		deployment: z.object({ snapshotId: z.string().nullish(), environmentId: z.string(), createdAt: z.string() }),
	}),
);

export interface LogWindow {
	readonly environmentId: string;
	readonly filter: string;
	/** The oldest, the newest, and how many before it; ISO 8601. */
	readonly beforeDate: string;
	readonly anchorDate: string;
	readonly limit: number;
}

export const readEnvironmentLogs = query<LogWindow, Logs>(
	'readEnvironmentLogs',
	`($environmentId: String!, $filter: String!, $beforeDate: String!, $anchorDate: String!, $limit: Int!) {
		logs: environmentLogs(
			environmentId: $environmentId, filter: $filter
			beforeDate: $beforeDate, beforeLimit: $limit, anchorDate: $anchorDate, afterDate: $anchorDate, afterLimit: 0
		) { timestamp message severity }
	}`,
	z.object({ logs: z.array(logResult) }),
);

const eventResult = z.object({
	payload: z.object({ error: z.string().nullish(), skipped: z.boolean().nullish() }).nullish(),
});

export const readDeploymentEvents = query<
	{ id: string; last: number },
	{ deploymentEvents: { edges: { node: z.infer<typeof eventResult> }[] } }
>(
	'readDeploymentEvents',
	`($id: String!, $last: Int!) {
		deploymentEvents(id: $id, last: $last) { edges { node { payload { error skipped } } } }
	}`,
	z.object({ deploymentEvents: z.object({ edges: z.array(z.object({ node: eventResult })) }) }),
);

export const readDeploymentLogs = query<{ deploymentId: string; limit: number; startDate: string | null }, Logs>(
	'readDeploymentLogs',
	`($deploymentId: String!, $limit: Int!, $startDate: DateTime) {
		logs: deploymentLogs(deploymentId: $deploymentId, limit: $limit, startDate: $startDate) { timestamp message severity }
	}`,
	z.object({ logs: z.array(logResult) }),
);
