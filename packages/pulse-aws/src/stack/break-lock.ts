import { DeployToolError } from 'pulse-deploy-kit/errors';
import { looking, type Session } from '../adapters/session.ts';
import { isVoid, type SeenLock } from '../deployments/lock-value.ts';
import { readLock, replaceLock } from '../platform/lock-parameter.ts';

/** A holder that had read the lock before writes on top of this; it is looked whether it did. */
const SETTLE_MS = 2_000;
const TRIES = 5;

/**
 * Takes the deploy lock from its holder by a lock of this run's own, which is not renewed: another command gets it once that
 * lapses, longer than the holder, which may merely sleep, relies on what it last confirmed.
 * @returns `false` where it was given back meanwhile
 * @throws DeployToolError `changed` where another command has it by now
 */
export async function breakLock(session: Session, parameter: string, seen: SeenLock): Promise<boolean> {
	const { aws, clock, owner, signal } = session;
	const token = session.randomHex(8);
	let now: SeenLock | null = seen;
	for (let attempt = 0; attempt < TRIES; attempt++) {
		if (now === null || now.holder === null) return false;
		if (now.token !== seen.token && now.token !== token) throw changed(`It is held by ${now.holder} by now.`);
		await replaceLock(aws, parameter, owner, token, now.version);
		await clock.sleep(SETTLE_MS, signal);
		now = await readLock(looking(session), parameter);
		if (now?.token === token && !isVoid(now)) return true;
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
