import type { Outbox } from 'pulse-deploy-kit/notify/deliver';
import type { NoticeTerms } from './notices.ts';

/** What the store of deployments knows of notices: how much of its history operators were told. */
export interface NoticeStore {
	/** Of all that share this store. */
	notices(terms: NoticeTerms): Outbox;
	/**
	 * Ends notices: those that wait are dropped. Does nothing where none were ever asked for.
	 * @param startedAt when the caller's settings were read
	 */
	tellNobody(startedAt: number): Promise<void>;
}
