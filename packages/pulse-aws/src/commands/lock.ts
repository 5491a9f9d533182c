import { agreeToBreak, type LockReport, lockReport } from 'pulse-deploy-kit/lock-report';
import { awsClock, looking, running, type Session } from '../adapters/session.ts';
import { LOCK_TTL_MS } from '../deployments/lock-value.ts';
import { lockParameter } from '../deployments/names.ts';
import { standingLock } from '../platform/lock-parameter.ts';
import { breakLock } from '../stack/break-lock.ts';
import { requireBaseline } from '../stack/read-baseline.ts';

export interface DeployLockRequest {
	readonly deploymentName: string;
	readonly breaks: boolean;
	readonly dryRun: boolean;
}

/** Who holds the deploy lock; where it is broken, its holder gets it back by no means. */
export async function lock(
	session: Session,
	{ deploymentName: name, breaks, dryRun }: DeployLockRequest,
): Promise<LockReport> {
	const parameter = lockParameter(name);
	const standing = await standingLock(looking(session), parameter);
	// A mistyped name has no lock either.
	if (standing === null) await requireBaseline(session, name);
	if (standing === null || standing.lock.holder === null) return lockReport(null, false);
	const { lock: seen, since, renewedAt } = standing;
	const holder = { by: standing.lock.holder, since, lapsesAt: renewedAt + LOCK_TTL_MS };
	if (!breaks || dryRun) return lockReport(holder, false);
	await agreeToBreak(session.host, holder.by);
	if (!(await breakLock(running(session, 'lock --break'), parameter, seen))) return lockReport(null, false);
	return lockReport({ ...holder, lapsesAt: awsClock(session).now() + LOCK_TTL_MS }, true);
}
