import type { AskedOnce } from 'pulse-deploy-kit/asked-once';
import { looking, type Session } from '../adapters/session.ts';
import type { Fleet } from '../plan/observation.ts';
import { type Parameter, readParameters } from '../platform/parameters.ts';
import { askParameter } from '../protocol.ts';
import { type Ask, askText, needsAsk, readAsk } from '../task/ask.ts';

/** What tasks are asked now, of what stands below the app. */
export function askIn(name: string, parameters: readonly Parameter[]): Ask | null {
	const one = parameters.find((each) => each.name === askParameter(name));
	return one === undefined ? null : readAsk({ Value: one.value, LastModifiedDate: new Date(one.changedAt) });
}

/**
 * Asks the tasks of all versions to tell who is on them, for minutes, unless they are asked already: by another page, or by this
 * one a while ago. It needs no lock: two that write at once ask the same.
 */
export async function askTasks(
	session: Session,
	name: string,
	{ deployments }: Fleet,
	{ parameters, now }: { readonly parameters: AskedOnce<readonly Parameter[]>; readonly now: number },
): Promise<object> {
	const { ssm } = looking(session);
	const standing = askIn(name, await parameters.read(() => readParameters({ ssm }, name)));
	const tasks = deployments.reduce((sum, { desired, running }) => sum + Math.max(desired, running), 0);
	if (!needsAsk(standing, tasks, now)) return {};
	const Value = askText(tasks);
	return ssm.putParameter({ Name: askParameter(name), Value, Type: 'String', Overwrite: true });
}
