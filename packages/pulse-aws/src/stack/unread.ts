import type { Session } from '../adapters/session.ts';
import { tellingRefusals } from '../platform/interruptible.ts';

/** What a report could do without, and could not be read. */
export interface Unread {
	/** In words. */
	readonly what: string;
	/** As IAM writes it; `null`: AWS failed. */
	readonly missing_right: string | null;
}

/** `status` waits no longer for what it can do without. */
const BUDGET_MS = 5_000;

/** What is good to have: where it cannot be read, that is told, and all the rest stays. */
export async function orUnread<T>(
	session: Session,
	what: string,
	read: (session: Session) => Promise<T>,
): Promise<T | Unread> {
	let right: string | null = null;
	const aws = tellingRefusals(session.aws, (refused) => {
		right = refused;
	});
	try {
		const signal = AbortSignal.any([session.signal, AbortSignal.timeout(BUDGET_MS)]);
		return await read({ ...session, aws, signal });
	} catch {
		session.signal.throwIfAborted();
		return { what, missing_right: right };
	}
}

export function isUnread<T extends object>(value: T | Unread): value is Unread {
	return 'missing_right' in value;
}
