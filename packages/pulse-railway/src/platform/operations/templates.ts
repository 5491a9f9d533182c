import { z } from 'zod';
import { mutation, query } from '../operation.ts';
import type { EnvironmentIds } from './environment-ids.ts';

export const readTemplate = query<{ code: string }, { template: { id: string; serializedConfig?: unknown } }>(
	'readTemplate',
	'($code: String!) { template(code: $code) { id serializedConfig } }',
	z.object({ template: z.object({ id: z.string(), serializedConfig: z.unknown().optional() }) }),
);

export const deployTemplate = mutation<
	{ input: EnvironmentIds & { templateId: string; serializedConfig: object } },
	{ templateDeployV2: { workflowId?: string | null | undefined } }
>(
	'templateDeployV2',
	'($input: TemplateDeployV2Input!) { templateDeployV2(input: $input) { workflowId } }',
	z.object({ templateDeployV2: z.object({ workflowId: z.string().nullish() }) }),
	{ input: { projectId: true, environmentId: true, templateId: true, serializedConfig: true } },
);

export const readWorkflow = query<{ workflowId: string }, { workflowStatus: Workflow }>(
	'readWorkflow',
	'($workflowId: String!) { workflowStatus(workflowId: $workflowId) { status error } }',
	z.object({ workflowStatus: z.object({ status: z.string(), error: z.string().nullish() }) }),
);

export interface Workflow {
	/** `Complete`, `Error`, `NotFound` (normal at first), `Running`. */
	readonly status: string;
	readonly error?: string | null | undefined;
}
