import { CONTAINER_NAME } from '../protocol.ts';
import { made, type Run } from './run.ts';

const LINES = 20;

/** The last lines of a task's container. No log, or none yet, does not hide why the deployment failed. */
export async function lastLogLines(run: Run, task: string, container = CONTAINER_NAME): Promise<string[]> {
	try {
		const { events } = await run.session.aws.logs.getLogEvents({
			logGroupName: made(run.baseline, 'the baseline').logGroupName,
			logStreamName: `${run.id}/${container}/${task}`,
			limit: LINES,
			startFromHead: false,
		});
		return (events ?? []).map((event) => event.message ?? '');
	} catch {
		return [];
	}
}
