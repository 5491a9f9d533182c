import { notAuthorized, Refusal } from '../refusal.ts';
import { deploymentsOf, environmentsOf, instanceOf, instances } from '../world/lookup.ts';
import { TEMPLATES, type TemplateRow } from '../world/templates.ts';
import { providedVariables, readable, renderedSharedVariables, renderedVariables } from '../world/variables.ts';
import {
	demandAccount,
	demandBearer,
	demandDeployment,
	demandEnvironment,
	demandProject,
	demandProjectToken,
	demandService,
} from './caller.ts';
import type { ApiContext } from './context.ts';
import { failureEvent } from './failure-event.ts';
import { deploymentLogs, environmentLogs, type LogArguments } from './logs.ts';
import { type MetricsArguments, metrics } from './metrics.ts';
import {
	deploymentNode,
	domainsNode,
	environmentNode,
	instanceNode,
	projectNode,
	projectTokenNode,
	serviceNode,
	workspaceNode,
} from './nodes.ts';
import { type PageArguments, page } from './pages.ts';

interface InstanceArguments {
	projectId: string;
	environmentId: string;
	serviceId: string;
}

export const queries = {
	projectToken: (_args: object, context: ApiContext) => projectTokenNode(demandProjectToken(context.caller), context),

	apiToken: (_args: object, { caller, data }: ApiContext) => {
		demandBearer(caller);
		return { workspaces: [data.workspace] };
	},

	me: (_args: object, context: ApiContext) => {
		demandAccount(context.caller);
		const { user } = context.data;
		return { ...user, username: null, createdAt: new Date(0).toISOString(), workspaces: [workspaceNode(context)] };
	},

	externalWorkspaces: (_args: object, { caller }: ApiContext) => {
		demandAccount(caller);
		return [];
	},

	projects: (args: PageArguments & { workspaceId?: string | null }, context: ApiContext) => {
		demandBearer(context.caller);
		if (args.workspaceId && args.workspaceId !== context.data.workspace.id) throw notAuthorized();
		const rows = Object.values(context.data.projects);
		return page(rows, args, context.behaviour.pageSize, (row) => projectNode(row, context));
	},

	project: ({ id }: { id: string }, context: ApiContext) =>
		projectNode(demandProject(context.caller, context.data, id), context),

	projectTokens: (args: PageArguments & { projectId: string }, context: ApiContext) => {
		demandBearer(context.caller);
		demandProject(context.caller, context.data, args.projectId);
		const rows = Object.values(context.data.projectTokens).filter((row) => row.projectId === args.projectId);
		return page(rows, args, context.behaviour.pageSize, (row) => projectTokenNode(row, context));
	},

	environments: (args: PageArguments & { projectId: string }, context: ApiContext) => {
		const { caller, data } = context;
		demandProject(caller, data, args.projectId);
		const rows = environmentsOf(data, args.projectId).filter(
			({ id }) => caller.kind !== 'project' || caller.token.environmentId === id,
		);
		return page(rows, args, context.behaviour.pageSize, (row) => environmentNode(row, context));
	},

	environment: ({ id, projectId }: { id: string; projectId?: string | null }, context: ApiContext) => {
		const row = demandEnvironment(context.caller, context.data, id);
		if (projectId && row.projectId !== projectId) throw new Refusal('Environment not found');
		return environmentNode(row, context);
	},

	service: ({ id }: { id: string }, context: ApiContext) =>
		serviceNode(demandService(context.caller, context.data, id), context),

	serviceInstance: (args: { environmentId: string; serviceId: string }, context: ApiContext) => {
		demandEnvironment(context.caller, context.data, args.environmentId);
		return instanceNode(instanceOf(context.data, args.serviceId, args.environmentId), context);
	},

	domains: (args: InstanceArguments, context: ApiContext) => {
		demandEnvironment(context.caller, context.data, args.environmentId);
		return domainsNode(instanceOf(context.data, args.serviceId, args.environmentId), context);
	},

	variables: (
		args: { environmentId: string; projectId: string; serviceId?: string | null; unrendered?: boolean | null },
		{ caller, data }: ApiContext,
	) => {
		const environment = demandEnvironment(caller, data, args.environmentId);
		if (!args.serviceId) {
			const { variables } = environment;
			return readable(variables, args.unrendered ? undefined : renderedSharedVariables(variables));
		}
		const instance = instanceOf(data, args.serviceId, args.environmentId);
		return readable(instance.variables, args.unrendered ? undefined : renderedVariables(data, instance));
	},

	variablesForServiceDeployment: (args: InstanceArguments, { caller, data }: ApiContext) => {
		demandEnvironment(caller, data, args.environmentId);
		const instance = instanceOf(data, args.serviceId, args.environmentId);
		return {
			...readable(instance.variables, renderedVariables(data, instance)),
			...providedVariables(data, instance),
		};
	},

	deployment: ({ id }: { id: string }, context: ApiContext) =>
		deploymentNode(demandDeployment(context.caller, context.data, id), context),

	deployments: (args: PageArguments & { input: DeploymentListInput }, context: ApiContext) => {
		const { caller, data } = context;
		const { projectId, environmentId, serviceId, status } = args.input;
		if (environmentId) demandEnvironment(caller, data, environmentId);
		else if (serviceId) demandService(caller, data, serviceId);
		else if (projectId) demandProject(caller, data, projectId);
		else throw new Refusal('One of projectId, environmentId, serviceId is required', 'BAD_USER_INPUT');
		const rows = instances(data)
			.flatMap((instance) => deploymentsOf(data, instance.id))
			.filter(
				(row) =>
					(!projectId || row.projectId === projectId) &&
					(!environmentId || row.environmentId === environmentId) &&
					(!serviceId || row.serviceId === serviceId) &&
					(caller.kind !== 'project' || row.environmentId === caller.token.environmentId) &&
					(!status?.in || status.in.includes(row.status)) &&
					!status?.notIn?.includes(row.status),
			)
			.sort((a, b) => b.createdAt - a.createdAt);
		return page(rows, args, context.behaviour.pageSize, (row) => deploymentNode(row, context));
	},

	buildLogs: (args: LogArguments, context: ApiContext) =>
		context.behaviour.buildLogsRetired ? [] : deploymentLogs(args, 'build', context),
	metrics: (args: MetricsArguments, context: ApiContext) => metrics(args, context),
	deploymentLogs: (args: LogArguments, context: ApiContext) => deploymentLogs(args, 'deploy', context),
	environmentLogs,

	deploymentEvents: (args: PageArguments & { id: string }, context: ApiContext) => {
		const row = demandDeployment(context.caller, context.data, args.id);
		return page(row.failure === undefined ? [] : [row], args, context.behaviour.pageSize, failureEvent);
	},

	/** Nothing is ever staged here: patches are committed at once. */
	environmentStagedChanges: ({ environmentId }: { environmentId: string }, context: ApiContext) => {
		const row = demandEnvironment(context.caller, context.data, environmentId);
		const { id, createdAt, updatedAt } = environmentNode(row, context);
		return {
			id,
			createdAt,
			updatedAt,
			environmentId: id,
			environment: () => environmentNode(row, context),
			status: 'STAGED',
			patch: {},
			appliedAt: null,
			lastAppliedError: null,
			message: null,
		};
	},

	/** Needs no token (facts §1.1). */
	template: ({ code, id }: { code?: string | null; id?: string | null }) => {
		const row = TEMPLATES.find((entry) => entry.code === code || entry.id === id);
		if (!row) throw new Refusal('Template not found');
		return templateNode(row);
	},

	/** Not found for a moment after its creation (facts §2.6): the first time it is asked for. */
	workflowStatus: ({ workflowId }: { workflowId: string }, { caller, world }: ApiContext) => {
		if (caller.kind === 'nobody') throw notAuthorized();
		const row = world.data.workflows[workflowId];
		if (row?.found) return row;
		world.change(() => {
			if (row) row.found = true;
		});
		return { status: 'NotFound', error: null };
	},
};

interface DeploymentListInput {
	projectId?: string | null;
	environmentId?: string | null;
	serviceId?: string | null;
	status?: { in?: string[] | null; notIn?: string[] | null } | null;
}

function templateNode({ config, ...row }: TemplateRow) {
	const at = new Date(0).toISOString();
	return { ...row, createdAt: at, updatedAt: at, isApproved: true, isVerified: true, serializedConfig: config };
}
