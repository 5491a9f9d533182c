/** What the platform remembers. Plain JSON: it is written to disk as it stands. Times are Unix milliseconds. */
export interface WorldData {
	readonly version: 1;
	readonly workspace: { readonly id: string; readonly name: string };
	readonly user: { readonly id: string; readonly email: string; readonly name: string };
	readonly accountToken: string;
	readonly workspaceToken: string;
	/** Remembered so that the address survives a restart; `null` until first bound. */
	apiPort: number | null;
	readonly projects: Record<string, ProjectRow>;
	readonly environments: Record<string, EnvironmentRow>;
	readonly services: Record<string, ServiceRow>;
	/** A service in one environment, by the instance's own id. */
	readonly instances: Record<string, InstanceRow>;
	readonly deployments: Record<string, DeploymentRow>;
	readonly domains: Record<string, DomainRow>;
	readonly projectTokens: Record<string, ProjectTokenRow>;
	readonly workflows: Record<string, WorkflowRow>;
}

export interface ProjectRow {
	readonly id: string;
	readonly name: string;
	readonly description: string | null;
	readonly workspaceId: string;
	readonly createdAt: number;
	readonly groups: Record<string, { name: string | null }>;
}

export interface EnvironmentRow {
	readonly id: string;
	readonly projectId: string;
	readonly name: string;
	readonly createdAt: number;
	/** Shared variables. */
	variables: Variables;
}

export type Variables = Record<string, VariableRow>;

export interface VariableRow {
	/** As written; references are not resolved. */
	readonly value: string;
	/** A sealed value goes to builds and deployments and never comes back through the API (facts §7). */
	readonly sealed: boolean;
}

export interface ServiceRow {
	readonly id: string;
	readonly projectId: string;
	name: string;
	icon: string | null;
	readonly createdAt: number;
	readonly templateId: string | null;
	readonly templateServiceId: string | null;
}

export interface InstanceRow {
	readonly id: string;
	readonly serviceId: string;
	readonly environmentId: string;
	readonly createdAt: number;
	updatedAt: number;
	groupId: string | null;
	settings: ServiceSettings;
	variables: Variables;
	/** The last upload; `null` for an image service or before the first one. */
	snapshotId: string | null;
	activeDeploymentId: string | null;
	/** Kept for a service whose address stands in other services' variables (Redis). */
	fixedPort: number | null;
}

export interface ServiceSettings {
	image: string | null;
	repo: string | null;
	builder: string;
	buildCommand: string | null;
	dockerfilePath: string | null;
	rootDirectory: string | null;
	startCommand: string | null;
	preDeployCommand: readonly string[] | null;
	healthcheckPath: string | null;
	/** Seconds; `null` is the platform's 300. */
	healthcheckTimeout: number | null;
	cronSchedule: string | null;
	/** Over all regions. */
	numReplicas: number;
	/** `null`: all of them in `region`. */
	multiRegionConfig: Readonly<Record<string, { readonly numReplicas: number }>> | null;
	region: string | null;
	restartPolicyType: 'ALWAYS' | 'NEVER' | 'ON_FAILURE';
	restartPolicyMaxRetries: number;
	sleepApplication: boolean | null;
	overlapSeconds: number | null;
	drainingSeconds: number | null;
	ipv6EgressEnabled: boolean | null;
	watchPatterns: readonly string[];
}

export const DEFAULT_SETTINGS: ServiceSettings = {
	image: null,
	repo: null,
	builder: 'RAILPACK',
	buildCommand: null,
	dockerfilePath: null,
	rootDirectory: null,
	startCommand: null,
	preDeployCommand: null,
	healthcheckPath: null,
	healthcheckTimeout: null,
	cronSchedule: null,
	numReplicas: 1,
	multiRegionConfig: null,
	region: null,
	restartPolicyType: 'ON_FAILURE',
	restartPolicyMaxRetries: 10,
	sleepApplication: null,
	overlapSeconds: null,
	drainingSeconds: null,
	ipv6EgressEnabled: null,
	watchPatterns: [],
};

export type DeploymentStatus =
	| 'BUILDING'
	| 'CRASHED'
	| 'DEPLOYING'
	| 'FAILED'
	| 'INITIALIZING'
	| 'QUEUED'
	| 'REMOVED'
	| 'REMOVING'
	| 'SUCCESS';

export interface DeploymentRow {
	readonly id: string;
	readonly projectId: string;
	readonly environmentId: string;
	readonly serviceId: string;
	readonly instanceId: string;
	readonly createdAt: number;
	status: DeploymentStatus;
	statusUpdatedAt: number;
	/** Every process ended by itself with code 0: a finished cron run or one-shot job. */
	stopped: boolean;
	/** Archive this deployment was built from; `null` for an image. */
	readonly snapshotId: string | null;
	/** Settings and rendered variables as they were when it was created: later changes need a new deployment. */
	readonly settings: ServiceSettings;
	readonly variables: Readonly<Record<string, string>>;
	meta: Readonly<Record<string, unknown>>;
	/** Why it failed, and when; absent when it did not. */
	failure?: { readonly message: string; readonly at: number };
	/** What the build found to run; `null` before it ended. */
	built: StartSpec | null;
}

/** Everything besides variables that a process is started with. */
export interface StartSpec {
	readonly command: string;
	readonly cwd: string;
	readonly path: string;
	/** From the Dockerfile. */
	readonly env: Readonly<Record<string, string>>;
	/** It runs in a container; `command` is only its name then. Absent: a process of this machine. */
	readonly container?: ContainerStart;
}

export interface ContainerStart {
	readonly image: string;
	/** Built here, and goes with its deployment. */
	readonly isOwn: boolean;
	/** In place of what the image starts; `null`: that. */
	readonly start: readonly string[] | null;
}

export const IN_PROGRESS: ReadonlySet<DeploymentStatus> = new Set(['QUEUED', 'INITIALIZING', 'BUILDING', 'DEPLOYING']);

export interface DomainRow {
	readonly id: string;
	readonly instanceId: string;
	/** `127.0.0.1:<port>`. */
	readonly domain: string;
	readonly port: number;
	readonly targetPort: number | null;
	readonly createdAt: number;
}

export interface ProjectTokenRow {
	readonly id: string;
	readonly projectId: string;
	readonly environmentId: string;
	readonly name: string;
	/** SHA-256, hex: the token itself is shown once. */
	readonly hash: string;
	readonly display: string;
	readonly createdAt: number;
}

export interface WorkflowRow {
	readonly id: string;
	readonly createdAt: number;
	status: 'Running' | 'Complete' | 'Error';
	/** A client asked for it. */
	found: boolean;
	error: string | null;
}
