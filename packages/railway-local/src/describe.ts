import type { Fleet } from './runtime/fleet.ts';
import { deploymentsOf, domainsOf, instancesIn } from './world/lookup.ts';
import type { WorldData } from './world/model.ts';

/** What `local status` shows; snake_case, because scripts read it. */
export interface PlatformDescription {
	readonly api_url: string;
	readonly workspace_id: string;
	/** How Redis services run here. */
	readonly redis: string;
	/** The engine that runs images; `null`: none is used. */
	readonly containers: string | null;
	readonly environments: readonly {
		readonly project_id: string;
		readonly project_name: string;
		readonly environment_id: string;
		readonly environment_name: string;
		readonly services: readonly ServiceDescription[];
	}[];
}

/** One service, as `local status` shows it. */
export interface ServiceDescription {
	readonly service_id: string;
	readonly service_name: string;
	readonly status: string | null;
	readonly deployment_id: string | null;
	readonly source: string | null;
	readonly addresses: readonly string[];
	readonly processes: readonly { readonly pid: number; readonly port: number; readonly status: string }[];
	readonly cron: string | null;
}

export function describePlatform(
	data: WorldData,
	fleet: Fleet,
	{ apiUrl, redis, containers }: { apiUrl: string; redis: string; containers: string | null },
): PlatformDescription {
	return {
		api_url: apiUrl,
		workspace_id: data.workspace.id,
		redis,
		containers,
		environments: Object.values(data.environments).map((environment) => ({
			project_id: environment.projectId,
			project_name: data.projects[environment.projectId]?.name ?? '',
			environment_id: environment.id,
			environment_name: environment.name,
			services: instancesIn(data, environment.id).map((instance) => {
				const latest = deploymentsOf(data, instance.id)[0];
				return {
					service_id: instance.serviceId,
					service_name: data.services[instance.serviceId]?.name ?? '',
					status: latest?.status ?? null,
					deployment_id: latest?.id ?? null,
					source: instance.settings.image ?? (instance.snapshotId === null ? null : 'upload'),
					addresses: domainsOf(data, instance.id).map((row) => `http://${row.domain}`),
					processes: fleet
						.replicaStatuses(instance.activeDeploymentId ?? '')
						.map(({ pid, port, status }) => ({ pid, port, status })),
					cron: instance.settings.cronSchedule,
				};
			}),
		})),
	};
}
