import { z } from 'zod';
import { query } from '../operation.ts';
import type { EnvironmentIds } from './environment-ids.ts';

const metricsResult = z.object({
	measurement: z.string(),
	tags: z.object({ serviceId: z.string().nullish() }),
	values: z.array(z.object({ value: z.number() })),
});

export type UsageResult = z.infer<typeof metricsResult>;

/** Of each service of the environment, a sample a minute. */
export const readUsage = query<EnvironmentIds & { startDate: string }, { metrics: UsageResult[] }>(
	'readUsage',
	`($projectId: String!, $environmentId: String!, $startDate: DateTime!) {
		metrics(
			projectId: $projectId
			environmentId: $environmentId
			startDate: $startDate
			sampleRateSeconds: 60
			measurements: [CPU_USAGE, MEMORY_USAGE_GB]
			groupBy: [SERVICE_ID]
		) { measurement tags { serviceId } values { value } }
	}`,
	z.object({ metrics: z.array(metricsResult) }),
);
