import type { SchemaReport } from './schema/report.ts';
import type { ServiceUsage } from './usage.ts';

/**
 * What this package needs of Railway, in its own words. The GraphQL client implements it; planners see only its data.
 *
 * Rules for implementations:
 * - Reads retry by themselves; a write is repeated only after re-reading by its deterministic name.
 * - Every method takes the signal of the command and has a budget of its own.
 * - Failures are `PlatformError` with a `kind`; callers never look at message text.
 * - "Already gone" is success for deletions.
 */
export interface Platform {
	/** Everything a planner asks, in as few requests as pages allow. */
	observe(signal: AbortSignal): Promise<StackObservation>;

	/** Whether `railway config` was applied here for a whole project: it deletes what its file does not declare. Never rejects but for the signal. */
	isWholeProject(signal: AbortSignal): Promise<boolean>;

	/** Whether the token lists the project's tokens, which `init` must to make one for the janitor. */
	mayListTokens(signal: AbortSignal): Promise<boolean>;
	/** What each service has used since then, by id; one that Railway tells nothing of is absent. */
	usage(since: number, signal: AbortSignal): Promise<ReadonlyMap<string, ServiceUsage>>;
	createService(input: CreateService, signal: AbortSignal): Promise<{ serviceId: string }>;
	/** Merges into the scope (`serviceId: null` = shared variables). Never triggers a deploy. */
	setVariables(
		serviceId: string | null,
		variables: Readonly<Record<string, string>>,
		signal: AbortSignal,
	): Promise<void>;
	/** Shared ones go quietly; Railway redeploys a service that loses one, for which its API has no switch. */
	deleteVariable(serviceId: string | null, name: string, signal: AbortSignal): Promise<void>;
	/** Variables and settings of several services at once; as {@link setVariables} and {@link updateInstance}. */
	configure(changes: readonly ServiceChange[], signal: AbortSignal): Promise<void>;
	/** Settings take effect at the next deploy. */
	updateInstance(serviceId: string, settings: InstanceSettings, signal: AbortSignal): Promise<void>;
	/**
	 * Places services in a canvas group; cosmetic, so failure is a warning of the caller. Railway deploys services that a
	 * patch touches: group a new service before its first source, never one that serves.
	 */
	setGroup(groupId: string, serviceIds: readonly string[], signal: AbortSignal): Promise<void>;
	deleteService(serviceId: string, signal: AbortSignal): Promise<void>;

	/** Uploads a source archive (gzip'd tar) and starts a build. `onProgress` hears of bytes handed to the socket. */
	upload(
		serviceId: string,
		archive: SourceArchive,
		signal: AbortSignal,
		onProgress?: (sentBytes: number) => void,
	): Promise<{ deploymentId: string }>;
	/** Deploys the current source and settings of an image service. */
	deployService(serviceId: string, signal: AbortSignal): Promise<{ deploymentId: string }>;
	/** Starts what that deployment ran, from its image as long as Railway keeps it. It needs not run any more. */
	redeploy(deploymentId: string, signal: AbortSignal): Promise<{ deploymentId: string }>;
	/** Stops it; the service stays. One that does not run any more is success. */
	removeDeployment(deploymentId: string, signal: AbortSignal): Promise<void>;
	deployment(deploymentId: string, signal: AbortSignal): Promise<PlatformDeployment>;
	buildLogs(deploymentId: string, limit: number, signal: AbortSignal): Promise<readonly LogLine[]>;
	/** Why a deployment failed, in the platform's words; `null` when it gives none. */
	failureReason(deploymentId: string, signal: AbortSignal): Promise<string | null>;
	/** The newest, oldest first; `since`: none from before, Unix milliseconds. */
	deploymentLogs(
		deploymentId: string,
		limit: number,
		signal: AbortSignal,
		since?: number | null,
	): Promise<readonly LogLine[]>;

	/** Returns the existing service domain if there is one. */
	ensureDomain(serviceId: string, targetPort: number, signal: AbortSignal): Promise<{ domain: string }>;
	/**
	 * Deploys a template into the environment and waits until Railway has worked it off. `serviceNames` maps every expected
	 * template service to the name it gets; those in `omit` are left out together with references to them. `confirm` is asked
	 * right before each attempt, since reading the template took its time: what it throws ends it.
	 */
	deployTemplate(
		code: string,
		serviceNames: Readonly<Record<string, string>>,
		omit: readonly string[],
		signal: AbortSignal,
		confirm?: (signal: AbortSignal) => Promise<void>,
	): Promise<void>;
	/** Mints a project token for the janitor; needs a bearer token. */
	createProjectToken(name: string, signal: AbortSignal): Promise<string>;
	/** Every token of this environment with exactly this name. */
	deleteProjectTokens(name: string, signal: AbortSignal): Promise<void>;
}

/** What a token can see and create before a stack is known. */
export interface Account {
	/** The project and environment that a project token is confined to; `null` for any other token. */
	tokenScope(signal: AbortSignal): Promise<TokenScope | null>;
	/** E-mail address of the person whose token it is; `null` for one that belongs to a workspace or a project. */
	person(signal: AbortSignal): Promise<string | null>;
	workspaces(signal: AbortSignal): Promise<readonly NamedId[]>;
	/** `workspaceId: null` = all that the token sees. A project token sees its own project. */
	projects(workspaceId: string | null, signal: AbortSignal): Promise<readonly ProjectSummary[]>;
	/** Oldest first, as Railway lists them; ephemeral (pull request) environments left out. */
	environments(projectId: string, signal: AbortSignal): Promise<readonly NamedId[]>;
	/** Needs an account or workspace token. The environment is the first that Railway lists. */
	createProject(input: CreateProject, signal: AbortSignal): Promise<TokenScope>;
	/** With everything in it. Already gone is success. */
	deleteProject(id: string, signal: AbortSignal): Promise<void>;
	/** Every operation that is sent, held against Railway's schema as it is now; rejects where that may not be asked for. */
	checkOperations(signal: AbortSignal): Promise<SchemaReport>;
}

export interface NamedId {
	readonly id: string;
	readonly name: string;
}

/** A project and one environment of it. */
export interface TokenScope {
	readonly project: NamedId;
	readonly environment: NamedId;
}

export interface ProjectSummary extends NamedId {
	readonly workspaceId: string | null;
	/** Projects made by {@link Account.createProject} carry `Created by pulse-railway init` and a random word. */
	readonly description: string | null;
	/** ISO 8601. */
	readonly createdAt: string;
}

export interface CreateProject {
	readonly name: string;
	readonly workspaceId: string;
}

/** A packed archive on disk: it can be sent again, and its length is known as `railway up` sends it. */
export interface SourceArchive {
	readonly bytes: number;
	/** A new stream from the first byte. */
	open(): NodeJS.ReadableStream;
}

export interface CreateService {
	readonly name: string;
	/** With an image Railway deploys at once, so it is left out and set by `updateInstance` before `deployService`. */
	readonly variables?: Readonly<Record<string, string>>;
}

export interface ServiceChange {
	readonly serviceId: string;
	readonly variables?: Readonly<Record<string, string>>;
	readonly settings?: InstanceSettings;
}

/**
 * Only the given fields are written. Replicas always are: leaving them out may reset them to 1 (docs/platform-facts/railway.md §2.2), and
 * a bare number puts a service into one region (§12), so where regions are known they are written with their shares.
 */
export interface InstanceSettings {
	readonly image?: string;
	/** Over all regions. */
	readonly numReplicas: number;
	/** Replicas by region; they add up to `numReplicas`. */
	readonly regions?: Regions;
	readonly startCommand?: string;
	readonly healthcheckPath?: string;
	/** Seconds. */
	readonly healthcheckTimeout?: number;
	readonly cronSchedule?: string;
	readonly restartPolicyType?: 'ALWAYS' | 'NEVER' | 'ON_FAILURE';
	readonly overlapSeconds?: number;
	readonly drainingSeconds?: number;
	readonly dockerfilePath?: string;
}

export type Regions = Readonly<Record<string, number>>;

export interface StackObservation {
	readonly project: {
		readonly id: string;
		readonly name: string;
		readonly workspaceId: string | null;
		readonly description: string | null;
	};
	readonly environment: { readonly id: string; readonly name: string };
	/** As {@link ObservedService.variables}. `sharedValue` reads those that a decision hangs on. */
	readonly sharedVariables: Readonly<Record<string, string | null>>;
	readonly services: readonly ObservedService[];
	/** How the environment's configuration shows the values of variables; `refused`: each scope was asked for by itself. */
	readonly config?: 'plain' | 'masked' | 'refused' | 'unknown';
}

export interface ObservedService {
	readonly id: string;
	readonly name: string;
	/** ISO 8601. */
	readonly createdAt: string;
	readonly groupId: string | null;
	/** Unrendered: `${{…}}` references stand as written. What is sealed or hidden is present with value `null`. */
	readonly variables: Readonly<Record<string, string | null>>;
	readonly settings: Partial<InstanceSettings>;
	readonly domains: readonly {
		readonly domain: string;
		readonly targetPort: number | null;
		readonly custom: boolean;
	}[];
	readonly latestDeployment: PlatformDeployment | null;
	/** It is put to sleep when it sends nothing for some minutes ("Serverless"); read alone, no command sets it. */
	readonly maySleep?: boolean;
}

export type PlatformDeploymentStatus =
	| 'BUILDING'
	| 'CRASHED'
	| 'DEPLOYING'
	| 'FAILED'
	| 'INITIALIZING'
	| 'NEEDS_APPROVAL'
	| 'QUEUED'
	| 'REMOVED'
	| 'REMOVING'
	| 'SKIPPED'
	| 'SLEEPING'
	| 'SUCCESS'
	| 'WAITING';

export interface PlatformDeployment {
	readonly id: string;
	readonly status: PlatformDeploymentStatus;
	readonly stopped: boolean;
	readonly createdAt: string;
	/** What the builder left out, in words for people; only {@link Platform.deployment} asks. */
	readonly warnings?: readonly string[];
}

export interface LogLine {
	readonly timestamp: string;
	readonly message: string;
	readonly severity: string | null;
}

/**
 * `unauthorized`: the token is wrong or may not do this. `not-found`: gone or never there. `conflict`: the name exists.
 * `rate-limited`, `unavailable`, `timeout`, `network`: passing, already retried. `rejected`: bad input, do not repeat.
 */
export type PlatformErrorKind =
	| 'unauthorized'
	| 'not-found'
	| 'conflict'
	| 'rate-limited'
	| 'unavailable'
	| 'timeout'
	| 'network'
	| 'rejected';
