import { type Agreement, agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import type { Session } from '../adapters/session.ts';
import type { HeldLock } from '../control/hold-lock.ts';
import { carryOutAgreed, type Outcome, type Proposal } from './carry-out.ts';
import { type Beside, deployBeside } from './deploy-beside.ts';
import type { OpenStack, Stack } from './open-stack.ts';

/**
 * Agreed to, then made beside what runs. A router that is older than this command knows no leases, and then the lock is held all
 * along.
 */
export function agreeBeside<T>(
	session: Session,
	stack: OpenStack,
	propose: (stack: Stack) => Proposal<T> & Beside,
	agreement: Agreement,
	first: Stack,
): Promise<Outcome<T>> {
	const unlocked = <R>(work: (held: HeldLock | undefined, waited: boolean) => Promise<R>) => work(undefined, false);
	return agreeUnderLock({
		agreement,
		lock: first.live.leases === undefined ? stack.withLock : unlocked,
		async propose(held: HeldLock | undefined, old) {
			const looked = held ?? session;
			return propose(held === undefined && !old ? first : await stack.look(looked.signal, old, held));
		},
		async carryOut(proposal, held) {
			if (held !== undefined) return carryOutAgreed(proposal, proposal.stack.run, held.signal);
			await deployBeside(session, stack, proposal);
			return { plan: proposal.plan, result: proposal.result() };
		},
	});
}
