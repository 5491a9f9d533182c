import type { Outbox } from 'pulse-deploy-kit/notify/deliver';
import type { NoticeTerms } from './notices.ts';

/** What the store of deployments knows of notices: how much of its history operators were told. */
export interface NoticeStore {
	/** Of all that share this store. */
	notices(terms: NoticeTerms): Outbox;
	/** Nobody is to be told: what waits is dropped. Does nothing where nobody ever was. @param startedAt when who asks was told so */
	tellNobody(startedAt: number): Promise<void>;
}
