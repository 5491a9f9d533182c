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

export const readDeploymentLogs = query<{ deploymentId: string; limit: number }, Logs>(
	'readDeploymentLogs',
	`($deploymentId: String!, $limit: Int!) {
		logs: deploymentLogs(deploymentId: $deploymentId, limit: $limit) { timestamp message severity }
	}`,
	z.object({ logs: z.array(logResult) }),
);
