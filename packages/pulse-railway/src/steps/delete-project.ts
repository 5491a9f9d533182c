import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Step } from '../plan/step.ts';
import { guarded, guardOf } from './guard.ts';
import type { Perform } from './performers.ts';

export function deleteProjectStep(name: string, services: readonly string[]): Step {
	return { kind: 'delete-project', id: 'undo-project', title: `Delete project ${name}`, services };
}

/**
 * Only what this run made, with what it made in it: the user may have put other services there meanwhile, and the guard
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
