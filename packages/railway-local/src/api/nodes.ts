import { createHash } from 'node:crypto';
import { nextRun } from '../runtime/cron.ts';
import { environmentConfig } from '../world/config.ts';
import { publicUrl } from '../world/deployments.ts';
import { deploymentsOf, domainsOf, environmentsOf, instances, instancesIn, servicesOf } from '../world/lookup.ts';
import type {
	DeploymentRow,
	DomainRow,
	EnvironmentRow,
	InstanceRow,
	ProjectRow,
	ProjectTokenRow,
	ServiceRow,
} from '../world/model.ts';
import type { ApiContext } from './context.ts';
import { type PageArguments, page } from './pages.ts';

const iso = (at: number): string => new Date(at).toISOString();
const never = { deletedAt: null };

/** Objects that the executor reads; what costs something, or refers onward, is a function. */
export function projectNode(row: ProjectRow, context: ApiContext) {
	const { data, behaviour } = context;
	const environments = environmentsOf(data, row.id).filter(
		({ id }) => context.caller.kind !== 'project' || context.caller.token.environmentId === id,
	);
	return {
		...never,
		id: row.id,
		name: row.name,
		description: row.description,
		createdAt: iso(row.createdAt),
		updatedAt: iso(row.createdAt),
		isPublic: false,
		isTempProject: false,
		workspaceId: row.workspaceId,
		workspace: () => workspaceNode(context),
		buckets: (args: PageArguments) => page([], args, behaviour.pageSize, () => ({})),
		baseEnvironmentId: environments[0]?.id ?? null,
		primaryEnvironmentId: environments[0]?.id ?? null,
		environments: (args: PageArguments) =>
			page(environments, args, behaviour.pageSize, (entry) => environmentNode(entry, context)),
		services: (args: PageArguments) =>
			page(servicesOf(data, row.id), args, behaviour.pageSize, (entry) => serviceNode(entry, context)),
		groups: (args: PageArguments) =>
			page(
				Object.entries(row.groups).map(([id, group]) => ({ id, ...group })),
				args,
				behaviour.pageSize,
				(group) => ({
					...group,
					groupId: null,
					color: null,
					icon: null,
					isCollapsed: false,
					projectId: row.id,
					project: () => projectNode(row, context),
				}),
			),
	};
}

/** In place of values that the client did not ask to decrypt (facts §12). */
const MASK = '*****';

export function environmentNode(row: EnvironmentRow, context: ApiContext) {
	const { data, behaviour } = context;
	return {
		...never,
		id: row.id,
		name: row.name,
		projectId: row.projectId,
		createdAt: iso(row.createdAt),
		updatedAt: iso(row.createdAt),
		isEphemeral: false,
		canAccess: true,
		unmergedChangesCount: 0,
		meta: null,
		sourceEnvironment: null,
		volumeInstances: (args: PageArguments) => page([], args, behaviour.pageSize, () => ({})),
		config: ({ decryptVariables }: { decryptVariables?: boolean | null }) =>
			environmentConfig(data, row, decryptVariables === true ? behaviour.configMask : MASK),
		configEtag: () =>
			createHash('sha256')
				.update(JSON.stringify(environmentConfig(data, row)))
				.digest('hex'),
		serviceInstances: (args: PageArguments) =>
			page(instancesIn(data, row.id), args, behaviour.pageSize, (entry) => instanceNode(entry, context)),
		deployments: (args: PageArguments) =>
			page(
				Object.values(data.deployments)
					.filter((entry) => entry.environmentId === row.id)
					.reverse(),
				args,
				behaviour.pageSize,
				(entry) => deploymentNode(entry, context),
			),
	};
}

export function serviceNode(row: ServiceRow, context: ApiContext) {
	const { data, behaviour } = context;
	const own = instances(data).filter((entry) => entry.serviceId === row.id);
	return {
		...never,
		id: row.id,
		name: row.name,
		icon: row.icon,
		projectId: row.projectId,
		project: () => projectNode(data.projects[row.projectId]!, context),
		groupId: own[0]?.groupId ?? null,
		createdAt: iso(row.createdAt),
		updatedAt: iso(row.createdAt),
		templateId: row.templateId,
		templateServiceId: row.templateServiceId,
		templateThreadSlug: null,
		isRestricted: false,
		hasHiddenRegistryCredentialsFromTemplate: false,
		serviceInstances: (args: PageArguments) =>
			page(own, args, behaviour.pageSize, (entry) => instanceNode(entry, context)),
		deployments: (args: PageArguments) =>
			page(
				own.flatMap((entry) => deploymentsOf(data, entry.id)),
				args,
				behaviour.pageSize,
				(entry) => deploymentNode(entry, context),
			),
	};
}

export function instanceNode(row: InstanceRow, context: ApiContext) {
	const { data } = context;
	const { image, repo, ...settings } = row.settings;
	const service = data.services[row.serviceId]!;
	return {
		...never,
		...settings,
		id: row.id,
		serviceId: row.serviceId,
		serviceName: service.name,
		service: () => serviceNode(service, context),
		environmentId: row.environmentId,
		createdAt: iso(row.createdAt),
		updatedAt: iso(row.updatedAt),
		isUpdatable: false,
		railwayConfigFile: null,
		upstreamUrl: null,
		tracingEnabled: false,
		autoInstrumentationEnabled: false,
		source: image === null && repo === null ? null : { image, repo },
		nextCronRunAt: () =>
			settings.cronSchedule === null ? null : (nextRun(settings.cronSchedule, context.now())?.toISOString() ?? null),
		domains: () => domainsNode(row, context),
		latestDeployment: () => {
			const latest = deploymentsOf(data, row.id)[0];
			return latest ? deploymentNode(latest, context) : null;
		},
		activeDeployments: () =>
			deploymentsOf(data, row.id)
				.filter((entry) => entry.id === row.activeDeploymentId)
				.map((entry) => deploymentNode(entry, context)),
	};
}

export function deploymentNode(row: DeploymentRow, context: ApiContext): object {
	const { data } = context;
	return {
		id: row.id,
		status: row.status,
		statusUpdatedAt: iso(row.statusUpdatedAt),
		createdAt: iso(row.createdAt),
		updatedAt: iso(row.statusUpdatedAt),
		url: publicUrl(data, row),
		staticUrl: publicUrl(data, row),
		meta: row.meta,
		snapshotId: row.snapshotId,
		serviceId: row.serviceId,
		environmentId: row.environmentId,
		projectId: row.projectId,
		canRedeploy: row.status !== 'REMOVED' || row.snapshotId === null,
		canRollback: false,
		deploymentStopped: row.stopped,
		suggestAddServiceDomain: false,
		instances: () => context.fleet.replicaStatuses(row.id).map(({ id, status }) => ({ id, status })),
		service: () => serviceNode(data.services[row.serviceId]!, context),
		environment: () => environmentNode(data.environments[row.environmentId]!, context),
	};
}

export const domainsNode = (instance: InstanceRow, context: ApiContext) => ({
	customDomains: [],
	serviceDomains: domainsOf(context.data, instance.id).map((row) => domainNode(row, instance, context)),
});

export function domainNode(row: DomainRow, instance: InstanceRow, { data }: ApiContext) {
	return {
		...never,
		id: row.id,
		domain: row.domain,
		suffix: null,
		targetPort: row.targetPort,
		environmentId: instance.environmentId,
		serviceId: instance.serviceId,
		projectId: data.services[instance.serviceId]?.projectId ?? null,
		edgeId: null,
		syncStatus: 'ACTIVE',
		createdAt: iso(row.createdAt),
		updatedAt: iso(row.createdAt),
		cdnMode: null,
	};
}

export function projectTokenNode(row: ProjectTokenRow, context: ApiContext) {
	return {
		id: row.id,
		name: row.name,
		displayToken: row.display,
		createdAt: iso(row.createdAt),
		projectId: row.projectId,
		environmentId: row.environmentId,
		project: () => projectNode(context.data.projects[row.projectId]!, context),
		environment: () => environmentNode(context.data.environments[row.environmentId]!, context),
	};
}

export function workspaceNode(context: ApiContext) {
	const { workspace, projects } = context.data;
	return {
		...workspace,
		team: null,
		createdAt: iso(0),
		updatedAt: iso(0),
		projects: (args: PageArguments) =>
			page(Object.values(projects), args, context.behaviour.pageSize, (row) => projectNode(row, context)),
	};
}
