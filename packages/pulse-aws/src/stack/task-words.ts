import { looking, type Session } from '../adapters/session.ts';
import type { TaskParameter } from '../plan/fleet-report.ts';
import { isAwsError } from '../platform/error-names.ts';
import { readParameters } from '../platform/parameters.ts';
import { readTasks } from '../platform/tasks.ts';

/** Those of tasks that are gone stay until their deployment goes, and say what was. */
export async function readWords(session: Session, name: string, cluster: string): Promise<readonly TaskParameter[]> {
	const aws = looking(session);
	try {
		const [said, tasks] = await Promise.all([readParameters(aws, name), readTasks(aws, cluster)]);
		return said.filter((one) => one.taskId !== null && tasks.get(one.deploymentId)?.includes(one.taskId));
	} catch (error) {
		// Rights that sufficed for the rest of it.
		if (isAwsError(error, 'AccessDeniedException')) return [];
		throw error;
	}
}
