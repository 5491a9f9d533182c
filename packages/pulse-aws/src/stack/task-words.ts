import { looking, type Session } from '../adapters/session.ts';
import type { TaskWords } from '../plan/in-use.ts';
import { isAwsError } from '../platform/error-names.ts';
import { type Parameter, readParameters } from '../platform/parameters.ts';
import { readTasks } from '../platform/tasks.ts';
import { isAskedFor } from '../task/told-word.ts';
import { askIn } from './ask-tasks.ts';

/** What tasks say of who is there; `null` without the rights, for a command that can do the rest of it. */
export async function readWords(session: Session, name: string, cluster: string): Promise<TaskWords | null> {
	const aws = looking(session);
	try {
		const [said, running] = await Promise.all([readParameters(aws, name), readTasks(aws, cluster)]);
		return { said, running, ask: askIn(name, said) };
	} catch (error) {
		if (isAwsError(error, 'AccessDeniedException')) return null;
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
