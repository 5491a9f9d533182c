import { agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import type { Session } from '../adapters/session.ts';
import type { HeldLock } from '../control/hold-lock.ts';
import { carryOutAgreed, type Outcome, type Proposal } from './carry-out.ts';
import { openStack, type Stack, type StackRequest } from './open-stack.ts';

/**
 * Proposes, asks and carries out while holding the deploy lock; a dry run holds none. While a question stays open the lock is
 * free, and `propose` is called again afterwards.
 */
export async function changeStack<T>(
	session: Session,
	request: StackRequest,
	propose: (stack: Stack) => Proposal<T>,
): Promise<Outcome<T>> {
	const stack = await openStack(session, request);
	if (session.dryRun) return { plan: propose(await stack.look(session.signal, false)).plan, result: null };
	return agreeUnderLock({
		agreement: stack.agreement(),
		lock: <Result>(work: (held: HeldLock, waited: boolean) => Promise<Result>) => stack.withLock(work),
		async propose(held: HeldLock, old) {
			const seen = await stack.look(held.signal, old, held);
			return { ...propose(seen), run: seen.run };
		},
		carryOut: (proposal, held) => carryOutAgreed(proposal, proposal.run, held.signal),
	});
}
