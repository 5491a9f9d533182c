import { DeployToolError } from 'pulse-deploy-kit/errors';
import { guarded, guardOf } from './guard.ts';
import type { Perform } from './performers.ts';

export const createProject: Perform<'create-project'> = async (step, run, signal) => {
	const { name, workspaceId } = step;
	const { project, environment } = await run.ports.account.createProject({ name, workspaceId }, signal);
	run.target = { projectId: project.id, environmentId: environment.id };
	run.platform = run.ports.openPlatform(run.target);
	return `${project.id}, environment ${environment.name}`;
};

/**
 * Only what this run made, with what it made in it: somebody may have put other services there meanwhile, and the guard
 * says whether another init has finished what this one began.
 */
export const deleteProject: Perform<'delete-project'> = async (step, run, signal) => {
	if (run.target === undefined) return undefined;
	const { services } = await guardOf(run).look(signal);
	const foreign = services.map(({ name }) => name).filter((name) => !step.services.includes(name));
	if (foreign.length > 0) {
		throw new DeployToolError('project-in-use', `project ${run.target.projectId} also has ${foreign.join(', ')}`, {
			fault: 'user',
			next: 'Delete it on Railway if nothing in it is needed.',
		});
	}
	const { projectId } = run.target;
	await guarded(run, signal, (signal) => run.ports.account.deleteProject(projectId, signal));
	return undefined;
};
