import { agreeToBreak, type LockReport, lockReport } from 'pulse-deploy-kit/lock-report';
import { awsClock, looking, running, type Session } from '../adapters/session.ts';
import { LOCK_TTL_MS } from '../deployments/lock-value.ts';
import { lockParameter } from '../deployments/names.ts';
import { lockTimes, standingLock } from '../platform/lock-parameter.ts';
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
	const seen = (await standingLock(looking(session), parameter))?.lock ?? null;
	// A mistyped name has no lock either.
	if (seen === null) await requireBaseline(session, name);
	if (seen === null || seen.holder === null) return lockReport(null, false);
	const { since, renewedAt } = await lockTimes(looking(session), parameter, seen.token);
	const holder = { by: seen.holder, since, lapsesAt: renewedAt + LOCK_TTL_MS };
	if (!breaks || dryRun) return lockReport(holder, false);
	await agreeToBreak(session.host, seen.holder);
	if (!(await breakLock(running(session, 'lock --break'), parameter, seen))) return lockReport(null, false);
	return lockReport({ ...holder, lapsesAt: awsClock(session).now() + LOCK_TTL_MS }, true);
}
