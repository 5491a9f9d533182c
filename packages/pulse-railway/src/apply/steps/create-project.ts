import type { Perform } from '../perform.ts';

export const createProject: Perform<'create-project'> = async (step, run, signal) => {
	const { name, workspaceId } = step;
	const { project, environment } = await run.ports.account.createProject({ name, workspaceId }, signal);
	run.target = { projectId: project.id, environmentId: environment.id };
	run.platform = run.ports.openPlatform(run.target);
	return `${project.id}, environment ${environment.name}`;
};
