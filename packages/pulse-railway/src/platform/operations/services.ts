import { z } from 'zod';
import { mutation, query } from '../operation.ts';
import type { InstanceSettings } from '../port.ts';
import type { EnvironmentIds } from './environment-ids.ts';
import { domainsResult } from './observe.ts';

export const createService = mutation<
	{ input: EnvironmentIds & { name: string; variables?: Readonly<Record<string, string>> } },
	{ serviceCreate: { id: string } }
>(
	'serviceCreate',
	'($input: ServiceCreateInput!) { serviceCreate(input: $input) { id } }',
	z.object({ serviceCreate: z.object({ id: z.string() }) }),
	{ input: { projectId: true, environmentId: true, name: true, variables: true } },
);

/** Confined to the environment: the same service may live in others. */
export const deleteService = mutation<{ id: string; environmentId: string }, { serviceDelete: boolean }>(
	'serviceDelete',
	'($id: String!, $environmentId: String!) { serviceDelete(id: $id, environmentId: $environmentId) }',
	z.object({ serviceDelete: z.boolean() }),
);

export type InstanceInput = Omit<InstanceSettings, 'image' | 'numReplicas' | 'regions'> & {
	readonly source?: { readonly image: string };
} & (
		| { readonly numReplicas: number }
		| { readonly multiRegionConfig: Readonly<Record<string, { readonly numReplicas: number }>> }
	);

export const updateInstance = mutation<
	{ serviceId: string; environmentId: string; input: InstanceInput },
	{ serviceInstanceUpdate: boolean }
>(
	'serviceInstanceUpdate',
	`($serviceId: String!, $environmentId: String!, $input: ServiceInstanceUpdateInput!) {
		serviceInstanceUpdate(serviceId: $serviceId, environmentId: $environmentId, input: $input)
	}`,
	z.object({ serviceInstanceUpdate: z.boolean() }),
	{
		input: {
			source: true,
			numReplicas: true,
			multiRegionConfig: true,
			startCommand: true,
			healthcheckPath: true,
			healthcheckTimeout: true,
			cronSchedule: true,
			restartPolicyType: true,
			overlapSeconds: true,
			drainingSeconds: true,
			dockerfilePath: true,
		},
	},
);

export const commitPatch = mutation<
	{ environmentId: string; patch: object; commitMessage: string },
	{ environmentPatchCommit: string }
>(
	'environmentPatchCommit',
	`($environmentId: String!, $patch: EnvironmentConfig!, $commitMessage: String!) {
		environmentPatchCommit(environmentId: $environmentId, patch: $patch, commitMessage: $commitMessage)
	}`,
	z.object({ environmentPatchCommit: z.string() }),
);

export const listDomains = query<EnvironmentIds & { serviceId: string }, { domains: z.infer<typeof domainsResult> }>(
	'listDomains',
	`($projectId: String!, $environmentId: String!, $serviceId: String!) {
		domains(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId) {
			serviceDomains { domain targetPort } customDomains { domain targetPort }
		}
	}`,
	z.object({ domains: domainsResult }),
);

export const createDomain = mutation<
	{ input: { environmentId: string; serviceId: string; targetPort: number } },
	{ serviceDomainCreate: { domain: string } }
>(
	'serviceDomainCreate',
	'($input: ServiceDomainCreateInput!) { serviceDomainCreate(input: $input) { domain } }',
	z.object({ serviceDomainCreate: z.object({ domain: z.string() }) }),
	{ input: { environmentId: true, serviceId: true, targetPort: true } },
);
