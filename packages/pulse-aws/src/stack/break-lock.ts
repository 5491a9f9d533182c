import { DeployToolError } from 'pulse-deploy-kit/errors';
import { looking, type Session } from '../adapters/session.ts';
import type { LockValue } from '../deployments/lock-value.ts';
import { replaceLock, standingLock } from '../platform/lock-parameter.ts';

/** A holder of an older version that had read the lock before writes on top of this; it is looked whether it did. */
const SETTLE_MS = 2_000;
const TRIES = 5;

/**
 * Takes the deploy lock from its holder by a lock of this run's own, which is not renewed: another command gets it once that
 * lapses, longer than the holder, which may merely sleep, relies on what it last confirmed.
 * @returns `false` where it was given back meanwhile
 * @throws DeployToolError `changed` where another command has it by now
 */
export async function breakLock(session: Session, parameter: string, seen: LockValue): Promise<boolean> {
	const { aws, clock, owner, signal } = session;
	const token = session.randomHex(8);
	for (let attempt = 0; attempt <= TRIES; attempt++) {
		const now = await standingLock(looking(session), parameter);
		if (now?.lock.token === token) return true;
		if (now === null || now.lock.holder === null) return false;
		const { holder } = now.lock;
		if (now.lock.token !== seen.token || holder !== seen.holder) throw changed(`It is held by ${holder} by now.`);
		if (attempt === TRIES) break;
		await replaceLock(aws, parameter, owner, token, now.version);
		await clock.sleep(SETTLE_MS, signal);
	}
	throw changed('Its holder renews it all the time.');
}

function changed(detail: string): DeployToolError {
	return new DeployToolError('changed', 'The deploy lock was not broken.', {
		fault: 'user',
		detail,
		next: 'Run pulse-aws lock to see who holds it.',
	});
}
