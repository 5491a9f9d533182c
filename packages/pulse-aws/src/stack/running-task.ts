import { looking, type Session } from '../adapters/session.ts';
import type { DeployRequest } from '../config/deploy.ts';
import type { TaskRequest } from '../config/task.ts';
import type { Fleet } from '../plan/observation.ts';
import { isAwsError, NOT_ALLOWED } from '../platform/error-names.ts';
import { readArchitecture } from '../platform/revisions.ts';
import { activeDeployment } from '../traffic/traffic.ts';

type Architecture = TaskRequest['architecture'];

export interface RunningTask {
	readonly id: string;
	/** `null`: it cannot be read. */
	readonly architecture: Architecture | null;
}

/** How the tasks of the active deployment run; `null`: there is none. */
export async function readRunningTask(session: Session, fleet: Fleet | null): Promise<RunningTask | null> {
	const active = fleet === null ? null : activeDeployment(fleet.traffic, fleet.deployments);
	if (active === null || active.taskDefinitionArn === null) return null;
	const architecture = await readArchitecture(looking(session), active.taskDefinitionArn).catch((error: unknown) => {
		if (isAwsError(error, ...NOT_ALLOWED)) return null;
		throw error;
	});
	return { id: active.id, architecture };
}

/** The request; settings that were not given are those of the running task (contract, decision 24). */
export function keptTask(request: DeployRequest, running: RunningTask | null): DeployRequest {
	const architecture = running?.architecture;
	if (!request.task.keepsArchitecture || architecture == null) return request;
	return { ...request, task: { ...request.task, architecture } };
}

/** What the plan says of it. */
export function taskNotes({ task }: DeployRequest, running: RunningTask | null): string[] {
	if (running === null) return [];
	const { id, architecture } = running;
	const now = `Tasks run on ${task.architecture}`;
	if (architecture === null) {
		return task.keepsArchitecture
			? [`${now}: what ${id} runs on cannot be read (right ecs:DescribeTaskDefinition). Give --arch.`]
			: [];
	}
	if (architecture !== task.architecture) return [`${now} from now on; ${id} runs on ${architecture}.`];
	return task.keepsArchitecture && architecture === 'arm64' ? [`${now}, as ${id} does.`] : [];
}

/** What costs more than before. */
export function dearerTask({ task }: DeployRequest, running: RunningTask | null): string[] {
	if (running?.architecture !== 'arm64' || task.architecture === 'arm64') return [];
	return [`Tasks run on ${task.architecture}, which costs a quarter more; so far on arm64.`];
}
