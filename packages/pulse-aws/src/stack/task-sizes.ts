import { mapLimited } from 'pulse-deploy-kit/map-limited';
import { looking, type Session } from '../adapters/session.ts';
import type { TaskSize } from '../plan/cost.ts';
import { isAwsError } from '../platform/error-names.ts';
import type { TaskDefinitions } from '../platform/task-definitions.ts';

/** ECS throttles a caller that asks for all at once. */
const AT_ONCE = 4;

/** By task definition; what is not known is absent. */
export async function readTaskSizes(
	session: Session,
	arns: readonly string[],
	definitions: TaskDefinitions,
): Promise<ReadonlyMap<string, TaskSize>> {
	const aws = looking(session);
	const sizes = await mapLimited(AT_ONCE, [...new Set(arns)], async (arn): Promise<[string, TaskSize][]> => {
		try {
			const { cpu, memory, runtimePlatform } = (await definitions.describe(aws, arn)) ?? {};
			const architecture = runtimePlatform?.cpuArchitecture === 'ARM64' ? 'arm64' : 'x86_64';
			if (cpu === undefined || memory === undefined) return [];
			return [[arn, { architecture, cpu: Number(cpu), memory: Number(memory) }]];
		} catch (error) {
			// Rights that sufficed for the rest of it, or one that was just deregistered.
			if (!isAwsError(error, 'AccessDeniedException') && !isAwsError(error, 'ClientException')) throw error;
			return [];
		}
	});
	return new Map(sizes.flat());
}
