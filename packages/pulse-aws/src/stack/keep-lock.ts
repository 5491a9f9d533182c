import type { Clock } from 'pulse-deploy-kit/clock';
import { withinBudget } from 'pulse-deploy-kit/within-budget';
import { guarded, type Session } from '../adapters/session.ts';
import type { Holding } from './lock-holding.ts';

export interface Kept {
	/** Aborts with the session's, and when another run took it. */
	readonly signal: AbortSignal;
	/** The session, whose every write makes sure first that it is held. */
	readonly session: Session;
	/** Makes sure that it is held. @throws `lock-lost` when another run took it */
	confirm(): Promise<void>;
}

/** What is not given back expires after some thirty seconds, so waiting longer for that helps no other command. */
const GIVE_BACK_MS = 10_000;

/** Failing here must not hide how the work ended. */
export async function giveBack(clock: Clock, release: () => Promise<void>): Promise<void> {
	await withinBudget(clock, GIVE_BACK_MS, release).catch(() => undefined);
}

/** Renews what is held until `end`, which gives it back. @param forget deletes its parameter instead */
export function keep(session: Session, holding: Holding): Kept & { readonly end: (forget: boolean) => Promise<void> } {
	const ended = new AbortController();
	const lost = new AbortController();
	const keeping = holding.keep(ended.signal).catch((error) => {
		if (!ended.signal.aborted) lost.abort(error);
	});
	return {
		signal: AbortSignal.any([session.signal, lost.signal]),
		session: guarded(session, { confirm: () => holding.assure(), holds: () => holding.holds() }),
		confirm: () => holding.verify(),
		async end(forget) {
			ended.abort();
			await giveBack(session.clock, () => keeping.then(() => holding.release(forget)));
		},
	};
}
