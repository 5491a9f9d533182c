import { mapLimited } from 'pulse-deploy-kit/map-limited';
import { looking, type Session } from '../adapters/session.ts';
import type { TaskSize } from '../plan/cost.ts';
import { isAwsError } from '../platform/error-names.ts';

/** By task definition. */
export type TaskSizes = Map<string, TaskSize>;

/** ECS throttles a caller that asks for all at once. */
const AT_ONCE = 4;

/** A task definition never changes: each is asked once for as long as `known` lives. */
export async function readTaskSizes(session: Session, arns: readonly string[], known: TaskSizes): Promise<void> {
	const { ecs } = looking(session);
	const asked = [...new Set(arns)].filter((arn) => !known.has(arn));
	await mapLimited(AT_ONCE, asked, async (arn) => {
		try {
			const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: arn });
			const { cpu, memory, runtimePlatform } = taskDefinition ?? {};
			const architecture = runtimePlatform?.cpuArchitecture === 'ARM64' ? 'arm64' : 'x86_64';
			if (cpu !== undefined && memory !== undefined)
				known.set(arn, { architecture, cpu: Number(cpu), memory: Number(memory) });
		} catch (error) {
			// Rights that sufficed for the rest of it, or one that was just deregistered.
			if (!isAwsError(error, 'AccessDeniedException') && !isAwsError(error, 'ClientException')) throw error;
		}
	});
}
