import { DeployToolError } from 'pulse-deploy-kit/errors';
import { lockParameter } from '../deployments/names.ts';
import type { Aws } from '../platform/aws.ts';
import { isAwsError } from '../platform/error-names.ts';
import { looking, type Session } from './session.ts';

/**
 * One deploy, rollback or teardown of a name at a time. Parameter Store counts the writes of a parameter, which makes it a
 * compare-and-swap: of two that overwrite version n, the one told n+1 holds the lock. A lock that nobody renewed for
 * {@link TTL_MS} is free: its holder was killed, and what it left half done may be cleared away.
 */
const TTL_MS = 30_000;
const RENEW_MS = 10_000;
const LOOK_MS = 5_000;
/** Older than this by the wall clocks of both sides, it is not watched first. */
const LONG_AGO_MS = 300_000;
const BUDGET_MS = 30 * 60_000;
const FREE = 'free';

/** Runs `body` while holding the lock. Its signal aborts with the session's, and when the lock could not be kept. */
export async function withDeployLock<T>(
	session: Session,
	name: string,
	body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	await acquire(session, name);
	const ended = new AbortController();
	const lost = new AbortController();
	const renewing = renew(session, name, ended.signal).catch((error) => {
		if (!ended.signal.aborted) lost.abort(error);
	});
	try {
		return await body(AbortSignal.any([session.signal, lost.signal]));
	} finally {
		ended.abort();
		await renewing;
		// A lock that is not given back expires; failing here must not hide how the body ended.
		if (!lost.signal.aborted) await write(session, name, FREE).catch(() => undefined);
	}
}

async function acquire(session: Session, name: string): Promise<void> {
	const { clock, signal, host } = session;
	const giveUpAt = clock.now() + BUDGET_MS;
	let watched = { version: -1, since: clock.now() };
	let waiting = false;
	for (;;) {
		signal.throwIfAborted();
		const held = await read(looking(session), name);
		if (held === null) {
			if ((await create(session, name)) !== null) break;
			continue;
		}
		if (held.version !== watched.version) watched = { version: held.version, since: clock.now() };
		const expired = clock.now() - watched.since >= TTL_MS || clock.now() - held.changedAt >= LONG_AGO_MS;
		if (held.value === FREE || expired) {
			if ((await write(session, name, mine(session))) === held.version + 1) break;
			continue;
		}
		if (clock.now() > giveUpAt) throw locked(held.value);
		waiting = true;
		host.notify({ level: 'step', id: 'lock', state: 'waiting', text: `Waiting for the deploy lock: ${held.value}` });
		await clock.sleep(LOOK_MS, signal);
	}
	if (waiting) host.notify({ level: 'step', id: 'lock', state: 'done', text: 'Got the deploy lock' });
}

/** Ends by throwing: with the signal's reason, or when the lock ran out because renewing kept failing. */
async function renew(session: Session, name: string, signal: AbortSignal): Promise<never> {
	let renewedAt = session.clock.now();
	for (;;) {
		await session.clock.sleep(RENEW_MS, signal);
		try {
			const at = session.clock.now();
			await write(session, name, mine(session));
			renewedAt = at;
		} catch (cause) {
			if (session.clock.now() - renewedAt < TTL_MS - RENEW_MS) continue;
			throw new DeployToolError('lock-lost', 'The deploy lock could not be renewed.', {
				fault: 'platform',
				next: 'Run the same command again; it clears away what this run left.',
				cause,
			});
		}
	}
}

const mine = (session: Session) => `held by ${session.owner}`;

function locked(holder: string): DeployToolError {
	return new DeployToolError('locked', 'Another deploy of this name is still running.', {
		fault: 'user',
		detail: `The deploy lock is ${holder}.`,
		next: 'Wait for it to end, then run the same command again.',
	});
}

async function read(aws: Aws, name: string) {
	const { Parameters } = await aws.ssm.getParameters({ Names: [lockParameter(name)] });
	const found = Parameters?.[0];
	if (found === undefined) return null;
	return { value: found.Value ?? '', version: found.Version ?? 0, changedAt: found.LastModifiedDate?.getTime() ?? 0 };
}

async function create(session: Session, name: string): Promise<number | null> {
	try {
		return await write(session, name, mine(session), false);
	} catch (error) {
		if (isAwsError(error, 'ParameterAlreadyExists')) return null;
		throw error;
	}
}

async function write(session: Session, name: string, Value: string, Overwrite = true): Promise<number> {
	const request = { Name: lockParameter(name), Value, Type: 'String', Overwrite } as const;
	return (await session.aws.ssm.putParameter(request)).Version ?? 0;
}
