import type { Step } from '../plan/step.ts';
import { deleteProjectStep } from './delete-project.ts';
import type { Perform } from './performers.ts';

/** @param services what the run makes in it */
export function createProjectStep(name: string, workspaceId: string, services: readonly string[]): Step {
	const title = `Create project ${name}`;
	return { kind: 'create-project', id: 'project', title, name, workspaceId, undo: deleteProjectStep(name, services) };
}

export const createProject: Perform<'create-project'> = async (step, run, signal) => {
	const { name, workspaceId } = step;
	const { project, environment } = await run.ports.account.createProject({ name, workspaceId }, signal);
	run.target = { projectId: project.id, environmentId: environment.id };
	run.platform = run.ports.openPlatform(run.target);
	return `${project.id}, environment ${environment.name}`;
};
