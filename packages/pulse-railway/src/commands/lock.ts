import { randomBytes } from 'node:crypto';
import type { Invocation } from 'pulse-deploy-kit/command';
import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import { agreeToBreak, type LockReport, lockReport } from 'pulse-deploy-kit/lock-report';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import type { Session } from '../adapters/session.ts';
import { lockSettings } from '../config/lock.ts';
import { type ServiceTarget, serviceTarget } from '../config/service-target.ts';
import type { LockHolder } from '../deployments/store.ts';
import { lockOwner } from './carry-out.ts';
import { openRouter } from './open-router.ts';

export interface DeployLockRequest extends ServiceTarget {
	readonly breaks: boolean;
}

export async function lockRequest(
	typed: Pick<Invocation, 'flags' | 'args' | 'env' | 'cwd'>,
): Promise<DeployLockRequest> {
	return { ...(await serviceTarget(typed)), breaks: resolveSettings(lockSettings, typed).values.break };
}

/** Who holds the deploy lock; where it is broken, its holder gets it back by no means. */
export async function lock(session: Session, request: DeployLockRequest): Promise<LockReport> {
	const { host, signal, dryRun } = session;
	const router = await openRouter(session, request);
	const { locks } = await router.control('status', { sessions: false }, signal);
	const seen = locks.deploy;
	if (seen === null || !request.breaks || dryRun) return lockReport(holderOf(seen), false);
	await agreeToBreak(host, seen.owner);
	const asked = {
		name: 'deploy',
		owner: lockOwner('lock --break'),
		token: randomBytes(16).toString('hex'),
		seen: { owner: seen.owner, acquiredAt: seen.acquiredAt },
	} as const;
	const { broken, holder } = await router.control('lock.break', asked, signal).catch(outdated);
	if (holder === null) return lockReport(null, false);
	if (!broken) throw changed(holder);
	return lockReport(holderOf({ ...seen, expiresAt: holder.expiresAt }), true);
}

function holderOf(holder: LockHolder | null) {
	return holder && { by: holder.owner, since: holder.acquiredAt, lapsesAt: holder.expiresAt };
}

function changed({ owner }: LockHolder): DeployToolError {
	return new DeployToolError('changed', `The deploy lock is held by ${owner} by now; nothing was broken.`, {
		fault: 'user',
		next: 'Run pulse-railway lock to see who holds it.',
	});
}

function outdated(error: unknown): never {
	if (!isDeployToolError(error) || error.code !== 'usage') throw error;
	throw new DeployToolError('router-outdated', 'the router is older than this command, and breaks no lock', {
		fault: 'user',
		next: 'The lock of a command that was killed lapses by itself; pulse-railway upgrade brings a router that breaks one.',
		cause: error,
	});
}
