import type { Clock } from 'pulse-deploy-kit/clock';
import type { Host } from 'pulse-deploy-kit/host';
import type { Secret } from 'pulse-deploy-kit/secret';
import type { ControlMethod, ControlParams, ControlResult } from '../control/methods.ts';
import type { SourceTree } from '../plan/step.ts';
import type { Account, Platform, SourceArchive } from '../platform/port.ts';

/** Everything that steps touch; tests give recording ones. */
export interface Ports {
	readonly account: Pick<Account, 'createProject' | 'deleteProject'>;
	openPlatform(target: { readonly projectId: string; readonly environmentId: string }): Platform;
	openRouter(address: RouterAddress): RouterPort;
	/** Packs a build context; `dispose` deletes the archive. */
	pack(source: SourceTree, signal: AbortSignal): Promise<SourceArchive & { dispose(): Promise<void> }>;
	/** Runs the Railway CLI instead of our own upload (`--railway-bin`); `null` where it tells no deployment. */
	railwayUp(request: RailwayUp, signal: AbortSignal): Promise<{ readonly deploymentId: string | null }>;
	buildImage(build: ImageBuild, signal: AbortSignal): Promise<void>;
	readonly clock: Clock;
	readonly host: Host;
}

export interface RouterAddress {
	readonly origin: string;
	readonly controlToken: Secret;
	/** For one control request with its retries, milliseconds. Default 45,000. */
	readonly budgetMs?: number;
}

/** The router at its public address: what any client may ask, and what the control token may change. */
export interface RouterPort {
	readonly origin: string;
	/** Which deployment answers, by affinity when one is named. Never rejects but for the signal. */
	meta(deployment: string | null, signal: AbortSignal): Promise<MetaAnswer>;
	/** The status that visitors of this deployment get, of the active one when none is named; `null` where none is active. */
	page(path: string, deployment: string | null, signal: AbortSignal): Promise<number | null>;
	/** Whether the router itself answers its health path. Never rejects but for the signal. */
	healthy(signal: AbortSignal): Promise<boolean>;
	control<Method extends ControlMethod>(
		method: Method,
		params: ControlParams<Method>,
		signal: AbortSignal,
	): Promise<ControlResult<Method>>;
}

export interface MetaAnswer {
	/** `null` when another deployment's app, an old one or none answered. */
	readonly deploymentId: string | null;
	/** What was seen, for a timeout's explanation: `status 502`, `connection refused`. */
	readonly seen: string;
}

export interface ImageBuild {
	readonly image: string;
	readonly source: SourceTree;
	readonly buildArgs: Readonly<Record<string, string>>;
}

export interface RailwayUp {
	readonly bin: string;
	readonly source: SourceTree;
	readonly projectId: string;
	readonly environmentId: string;
	readonly serviceId: string;
}
