import { agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import type { Session } from '../adapters/session.ts';
import type { HeldLock } from '../control/hold-lock.ts';
import { withLease } from '../stack/deploy-lock.ts';
import { carryOutAgreed, type Outcome, type Proposal } from './carry-out.ts';
import { openStack, type Stack, type StackRequest } from './open-stack.ts';

export interface Claim {
	/** The deployment that it changes, where the command that makes it may not have ended. */
	readonly halfMade?: string | undefined;
}

/**
 * Proposes, asks and carries out while holding the deploy lock; a dry run holds none. While a question stays open the lock is
 * free, and `propose` is called again afterwards.
 */
export async function changeStack<T>(
	session: Session,
	request: StackRequest,
	propose: (stack: Stack) => Proposal<T> & Claim,
): Promise<Outcome<T>> {
	const stack = await openStack(session, request);
	if (session.dryRun) return { plan: propose(await stack.look(session.signal, false)).plan, result: null };
	return agreeUnderLock({
		agreement: stack.agreement(),
		lock: stack.withLock,
		async propose(held: HeldLock, old) {
			const seen = await stack.look(held.signal, old, held);
			return { ...propose(seen), run: seen.run };
		},
		carryOut: (proposal, held) => {
			const work = () => carryOutAgreed(proposal, proposal.run, held.signal);
			return proposal.halfMade === undefined ? work() : withLease(stack.lock, proposal.halfMade, work);
		},
	});
}
