import type { Clock } from 'pulse-deploy-kit/clock';
import type { Reach } from 'pulse-deploy-kit/doctor/look-at-notices';
import type { Host } from 'pulse-deploy-kit/host';
import type { Destination } from 'pulse-deploy-kit/notify/destination';
import type { Guard } from 'pulse-deploy-kit/plan/guard';
import type { RoutingFacts } from '../domain/routing.ts';
import type { Aws, BaselineDeployer } from '../platform/aws.ts';
import { guardedWrites, interruptible } from '../platform/interruptible.ts';

/** Everything outside that a command needs; real in `connect.ts`, the in-memory world in tests. */
export interface Session {
	readonly aws: Aws;
	readonly baseline: BaselineDeployer;
	readonly host: Host;
	readonly clock: Clock;
	/** AWS's own time, Unix ms: by it is judged what AWS says of when things were made. Default: this machine's. */
	readonly awsNow?: () => number;
	readonly signal: AbortSignal;
	readonly images: Images;
	/** The load balancer as a browser meets it. */
	readonly frontDoor: (loadBalancer: string, domain: string | null) => FrontDoor;
	readonly lookAtDomain: (query: DomainQuery, signal: AbortSignal) => Promise<RoutingFacts>;
	readonly visit: Visit;
	/** Named to others who wait for this run: who, where. */
	readonly owner: string;
	/** That many random bytes, in hex. */
	readonly randomHex: (bytes: number) => string;
}

/** By AWS's own time, where it is known. */
export function awsClock({ awsNow, clock }: Pick<Session, 'awsNow' | 'clock'>): Clock {
	return { now: awsNow ?? (() => clock.now()), sleep: (ms, signal) => clock.sleep(ms, signal) };
}

/** Named by its command too to those who wait for it, and in the history. */
export function running(session: Session, command: string): Session {
	return { ...session, owner: `${session.owner}: pulse-aws ${command}` };
}

/** AWS for looking at what there is, before anything is changed: its reads end when the signal aborts. */
export function looking<Some extends Partial<Aws> = Aws>(
	{ aws, signal }: { readonly aws: Some; readonly signal: AbortSignal },
	until = signal,
): Some {
	return interruptible(aws, until);
}

/** The session, whose every write of AWS asks the guard first: a machine may have slept since the last one. */
export function guarded(session: Session, guard: Guard): Session {
	const { baseline } = session;
	return {
		...session,
		aws: guardedWrites(session.aws, guard),
		baseline: {
			get version() {
				return baseline.version;
			},
			check: () => baseline.check(),
			deploy: async (request, signal) => {
				await guard.confirm(signal);
				await baseline.deploy(request, signal);
			},
		},
	};
}

export interface Images {
	/** @throws DeployToolError where no image can be built here */
	check(signal: AbortSignal): Promise<void>;
	/** Builds into the builder's cache: before there is a registry to push to. */
	build(request: BuildRequest, signal: AbortSignal): Promise<void>;
	/** Builds and pushes; resolves to the reference to run, by digest. */
	push(request: ImageRequest, signal: AbortSignal): Promise<string>;
}

export interface BuildRequest {
	/** Absolute paths. */
	readonly dockerfile: string;
	readonly context: string;
	readonly buildArgs: Readonly<Record<string, string>>;
	readonly architecture: 'x86_64' | 'arm64';
}

export interface ImageRequest extends BuildRequest {
	readonly repositoryUri: string;
	readonly tag: string;
	/** The builder's cache holds it already. */
	readonly isBuilt: boolean;
}

export interface FrontDoor {
	/** @throws Error when nothing answers within ten seconds, or, where only the head is asked for, until the signal aborts */
	get(path: string, signal: AbortSignal, only?: 'head'): Promise<FrontDoorAnswer>;
}

export interface FrontDoorAnswer {
	readonly status: number;
	readonly body: string;
	/** Why a browser that asked for the domain would not trust the certificate; `null` when it would, or without TLS. */
	readonly untrusted: string | null;
}

/** What a deploy needs no answer to, and `doctor` asks. */
export interface Visit {
	/** What can be said of whom the reaper tells, from here and without sending anything. */
	notices(destination: Destination, signal: AbortSignal): Promise<Reach>;
	/** Opens a websocket on the host under the name of the domain, and ends it: resolves to the status; 101 opened it. */
	socket(host: string, domain: string | null, path: string, signal: AbortSignal): Promise<number>;
	/** CAA records that count for a name: its own, else those of the nearest name above that has some. */
	caa(domain: string, signal: AbortSignal): Promise<readonly CaaRecord[]>;
}

export interface CaaRecord {
	readonly tag: 'issue' | 'issuewild';
	/** The certification authority, in lower case and without parameters; empty: none. */
	readonly authority: string;
}

export interface DomainQuery {
	readonly domain: string;
	readonly loadBalancer: string;
	/** `null` when the baseline cannot verify itself. */
	readonly verificationToken: string | null;
}
