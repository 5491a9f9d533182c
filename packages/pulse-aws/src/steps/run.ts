import type { Departure } from 'pulse-deploy-kit/departure';
import type { Preview } from 'pulse-deploy-kit/preview';
import type { Session } from '../adapters/session.ts';
import type { DeployRequest } from '../config/deploy.ts';
import type { Deployment } from '../deployments/deployment.ts';
import type { TellHistory } from '../deployments/history-value.ts';
import type { DnsOutlook } from '../domain/dns-record.ts';
import type { Routing } from '../domain/routing.ts';
import type { Fleet } from '../plan/observation.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import type { Lease } from '../stack/lease.ts';
import type { HeldLock } from '../stack/lock.ts';
import { activeTargetGroup } from '../traffic/traffic.ts';

/** What one run knows: what it began with, and what its steps have learnt. */
export interface Run {
	/** Writes only while the deploy lock is held, or the lease in what a deploy makes without it. */
	readonly session: Session;
	/** For what this run itself must put right although another run may hold the lock by now. */
	readonly ungated: Session;
	/** Makes sure of that lock or lease. @throws `lock-lost` when another run took it */
	readonly confirmLock: () => Promise<void>;
	/** What has happened to a deployment; nothing of attempts that may be undone. */
	readonly tell: TellHistory;
	/** Of the deployment that is made: while it is held, what is found under its id may be undone. */
	readonly lease: Lease | null;
	readonly name: string;
	/** The deployment that is switched to. */
	readonly id: string;
	/** `null` for rollback and teardown. */
	readonly request: DeployRequest | null;
	/** As last seen under the deploy lock; `null` while there is no baseline. */
	readonly fleet: Fleet | null;
	/** Where new visitors went then. */
	readonly previousTargetGroupArn: string | null;
	/** Of the load balancer, before this run changed anything. */
	readonly previousCertificateArn: string | null;
	/** What the plan has shown of the domain's records; `null` without `--route53`. */
	readonly dns: DnsOutlook | null;
	/** Records of Route 53 that this run replaced, as they were. */
	readonly replacedRecords: readonly string[];
	/** How often a stack is looked at, in ms. */
	readonly pollMs: number;
	readonly baseline: BaselineOutputs | null;
	readonly certificateArn: string | null;
	/** Into the builder's cache, while there was no registry yet. */
	readonly isBuilt: boolean;
	readonly imageUri: string | null;
	readonly taskDefinitionArn: string | null;
	readonly target: RunTarget | null;
	readonly draining: readonly Deployment[];
	/** When the pages that are left on a deployment are moved, as this run has said it; `null`: it has not. */
	readonly departure: Departure | null;
	/** What was made of the deployment; `null`: none. */
	readonly preview: Preview | null;
	readonly routing: Routing | null;
	/** The load balancer does not let this machine in, so nothing is asked of the deployment. */
	readonly unreachable: boolean;
}

/** Where visitors are sent. */
export interface RunTarget {
	readonly targetGroupArn: string;
	readonly serviceArn: string | null;
	readonly desired: number;
	readonly minHealthy: number;
}

/** As much of the deploy lock as steps need. */
type RunLock = Pick<HeldLock, 'session' | 'confirm' | 'tell'>;

type Given = Pick<Run, 'name' | 'id' | 'fleet' | 'baseline' | 'previousTargetGroupArn'> & Partial<Run>;

export function newRun(ungated: Session, lock: RunLock | null, given: Given): Run {
	return {
		session: lock?.session ?? ungated,
		ungated,
		confirmLock: async () => lock?.confirm(),
		tell: (event) => lock?.tell(event),
		request: null,
		dns: null,
		previousCertificateArn: null,
		replacedRecords: [],
		pollMs: 5000,
		certificateArn: null,
		isBuilt: false,
		lease: null,
		imageUri: null,
		taskDefinitionArn: null,
		target: null,
		draining: [],
		departure: null,
		preview: null,
		routing: null,
		unreachable: false,
		...given,
	};
}

/** Of a plan that sends new visitors to a deployment that stands. */
export function runTo(
	{ id, targetGroupArn, serviceArn, desired }: Deployment,
	session: Session,
	lock: RunLock,
	{ name, fleet, outputs }: { readonly name: string; readonly fleet: Fleet; readonly outputs: BaselineOutputs },
): Run {
	return newRun(session, lock, {
		name,
		id,
		fleet,
		baseline: outputs,
		previousTargetGroupArn: activeTargetGroup(fleet.traffic),
		target: { targetGroupArn: targetGroupArn ?? '', serviceArn, desired, minHealthy: 1 },
	});
}

/** What an earlier step of the plan has learnt. Its absence is a defect of the plan. */
export function made<T>(value: T | null, what: string): T {
	if (value === null) throw new Error(`${what} is not known at this step`);
	return value;
}
