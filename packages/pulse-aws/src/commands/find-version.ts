import { looking, type Session } from '../adapters/session.ts';
import { chooseVersion } from '../deployments/choose-version.ts';
import { completed } from '../deployments/complete-history.ts';
import type { Version } from '../deployments/version.ts';
import { refuseAfterCanary, runningCanary } from '../plan/canary.ts';
import { readHistory } from '../platform/read-history.ts';
import { readVersions } from '../platform/versions.ts';
import { readFleet, withOwners } from '../stack/fleet.ts';
import type { LeaseWatch } from '../stack/lease-watch.ts';
import { requireBaseline } from '../stack/read-baseline.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { RollbackRequest } from './rollback.ts';

export interface Found extends Contents {
	readonly id: string;
	/** `null`: it runs. */
	readonly version: Version | null;
}

export interface Contents {
	readonly commit: string | null;
	readonly message: string | null;
}

/** The version to go back to: the one that is named, else the one that was active before. `null`: a canary runs, which a rollback ends. */
export async function findVersion(
	session: Session,
	{ deploymentName: name, deploymentId }: RollbackRequest,
	watch: LeaseWatch,
): Promise<Found | null> {
	const aws = looking(session);
	const outputs = await requireBaseline(session, name);
	const [fleet, kept, versions] = await Promise.all([
		withOwners(aws, name, readFleet(aws, name, outputs), watch),
		readHistory(aws, name),
		readVersions(aws, name),
	]);
	const history = completed(kept);
	const active = activeDeployment(fleet.traffic, fleet.deployments);
	if (deploymentId === null) {
		if (runningCanary(fleet) !== null) return null;
		refuseAfterCanary(fleet, active);
	}
	const activeId = active?.id ?? null;
	// What another command is making right now is none to go back to.
	const live = fleet.deployments.filter(({ desired, state }) => desired > 0 && state !== 'deploying');
	const making = new Set(fleet.leases?.keys());
	const facts = {
		activeId,
		running: live.map(({ id }) => id),
		history,
		versions: versions.filter(({ id }) => !making.has(id)),
	};
	const id = chooseVersion(facts, deploymentId);
	const told = history.findLast((one) => one.id === id);
	const runs = facts.running.includes(id);
	return {
		id,
		version: runs ? null : (versions.find((one) => one.id === id) ?? null),
		commit: told?.commit ?? null,
		message: told?.message ?? null,
	};
}
