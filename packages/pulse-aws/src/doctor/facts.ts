import type { NoticeFacts } from 'pulse-deploy-kit/doctor/notice-check';
import type { Reading } from 'pulse-deploy-kit/doctor/reading';
import type { SocketFacts } from 'pulse-deploy-kit/doctor/socket-check';
import type { CaaRecord } from '../adapters/session.ts';
import type { Routing } from '../domain/routing.ts';
import type { StackFacts } from '../platform/stack.ts';
import type { FleetFacts } from './look-at-fleet.ts';
import type { ResourceFacts } from './look-at-resources.ts';
import type { LockFacts } from './look-at-stack.ts';

/** All that `doctor` has read; what to think of it is decided apart. */
export interface DoctorFacts {
	readonly name: string;
	readonly region: string;
	/** Of AWS. Unix ms. */
	readonly now: number;
	/** The version of Node that this runs on. */
	readonly node: string;
	readonly caller: Reading<CallerKind>;
	/** Rights that reads were refused for: `ecs:ListServices`. */
	readonly refused: readonly string[];
	/** Services whose own roles the account lacks: `ecs.amazonaws.com`. */
	readonly lackingRoles: Reading<readonly string[]>;
	readonly aheadMs: Reading<number>;
	readonly docker: Reading<void>;
	/** Whether the baseline can be deployed from here, and its version. */
	readonly deployer: Reading<string>;
	readonly stack: Reading<StackFacts>;
	/** That nothing else has the names that a baseline would take; `null`: there is one. */
	readonly free: Reading<void> | null;
	readonly lock: Reading<LockFacts>;
	/** A failure says why there is nothing to look at. */
	readonly resources: Reading<ResourceFacts>;
	readonly fleet: Reading<FleetFacts>;
	readonly notices: Reading<NoticeFacts>;
	readonly domain: DomainFacts;
	readonly visit: Reading<VisitFacts>;
}

export type CallerKind = 'root' | 'user' | 'role' | 'federated';

export interface DomainFacts {
	/** `null`: neither given nor on a certificate. */
	readonly domain: string | null;
	readonly routing: Reading<Routing>;
	readonly caa: Reading<readonly CaaRecord[]>;
}

/** As a browser meets the active deployment. */
export interface VisitFacts {
	/** The status of the health path, and why the certificate is not trusted; `null`: it is. */
	readonly health: Reading<{ readonly status: number; readonly untrusted: string | null }>;
	/** Deployments that were asked for by their ids, and those that did not answer as themselves. */
	readonly pinned: Reading<{ readonly asked: number; readonly wrong: readonly string[] }>;
	readonly socket: SocketFacts;
}
