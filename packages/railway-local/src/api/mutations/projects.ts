import { notAuthorized } from '../../refusal.ts';
import { environmentsOf, servicesOf } from '../../world/lookup.ts';
import { createEnvironment, createProject, createProjectToken, type NewProject } from '../../world/projects.ts';
import { demandBearer, demandEnvironment, demandProject } from '../caller.ts';
import type { ApiContext } from '../context.ts';
import { environmentNode, projectNode } from '../nodes.ts';
import { deleteService } from './delete-service.ts';

export const projectMutations = {
	projectCreate: ({ input }: { input: NewProject }, context: ApiContext) => {
		demandBearer(context.caller);
		if (input.workspaceId && input.workspaceId !== context.data.workspace.id) throw notAuthorized();
		return projectNode(
			context.world.change((data) => createProject(data, input, context.now())),
			context,
		);
	},

	projectDelete: ({ id }: { id: string }, context: ApiContext) => {
		demandBearer(context.caller);
		demandProject(context.caller, context.data, id);
		for (const service of servicesOf(context.data, id)) deleteService(context, service.id, null);
		context.world.change((data) => {
			for (const row of environmentsOf(data, id)) delete data.environments[row.id];
			for (const row of Object.values(data.projectTokens)) if (row.projectId === id) delete data.projectTokens[row.id];
			delete data.projects[id];
		});
		return true;
	},

	environmentCreate: ({ input }: { input: { projectId: string; name: string } }, context: ApiContext) => {
		demandBearer(context.caller);
		demandProject(context.caller, context.data, input.projectId);
		const row = context.world.change((data) => createEnvironment(data, input.projectId, input.name, context.now()));
		return environmentNode(row, context);
	},

	/** A project token cannot mint another one: a bearer is needed (facts §1.2). */
	projectTokenCreate: (
		{ input }: { input: { projectId: string; environmentId: string; name: string } },
		{ caller, data, world, now }: ApiContext,
	) => {
		demandBearer(caller);
		if (demandEnvironment(caller, data, input.environmentId).projectId !== input.projectId) throw notAuthorized();
		return world.change((current) => createProjectToken(current, input, now()));
	},

	projectTokenDelete: ({ id }: { id: string }, { caller, data, world }: ApiContext) => {
		demandBearer(caller);
		if (!data.projectTokens[id]) throw notAuthorized();
		world.change((current) => {
			delete current.projectTokens[id];
		});
		return true;
	},
};
