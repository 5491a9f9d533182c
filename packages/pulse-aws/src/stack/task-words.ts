import { looking, type Session } from '../adapters/session.ts';
import type { TaskParameter, TaskWords } from '../plan/in-use.ts';
import { isAwsError } from '../platform/error-names.ts';
import { type Parameter, readParameters } from '../platform/parameters.ts';
import { readTasks } from '../platform/tasks.ts';
import { isAskedFor } from '../task/told-word.ts';
import { askIn } from './ask-tasks.ts';

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

/**
 * What tasks say of who is there. Which of them run is asked where that matters alone: where a deployment drains, or tasks were
 * asked.
 */
export async function readTaskWords(
	session: Session,
	{ name, cluster, drains }: { readonly name: string; readonly cluster: string; readonly drains: boolean },
	reading: Promise<readonly Parameter[]>,
): Promise<TaskWords> {
	const tasks = () => readTasks(looking(session), cluster);
	const early = drains ? tasks() : null;
	early?.catch(() => {});
	const said = await reading;
	const running = early ?? (said.some(({ value }) => isAskedFor(value)) ? tasks() : new Map<string, string[]>());
	return { said, running: await running, ask: askIn(name, said) };
}
