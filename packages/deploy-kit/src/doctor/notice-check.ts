import { type Destination, shownDestination } from '../notify/destination.ts';
import { type Check, passed, skipped, warned } from './check.ts';
import type { Reach } from './look-at-notices.ts';
import type { Reading } from './reading.ts';

export interface NoticeFacts {
	/** `null`: no notices are sent. */
	readonly destination: Destination | null;
	/** Whether a secret signs what is sent. */
	readonly signed: boolean;
	readonly reach: Reach | null;
	/** All that sends has the same address. */
	readonly isShared: boolean;
}

const CHANGE = 'Give the address anew with --notify, or --notify off.';

/** Whom the stack tells, and whether that could be reached from here; a notice is never sent for it. */
export function checkNotices(facts: Reading<NoticeFacts>): Check {
	if ('failure' in facts) return skipped('notices', facts.failure.text);
	const { destination, signed, reach, isShared } = facts.value;
	if (destination === null) return passed('notices', 'nobody is told of what happens', { form: 'off' });
	const { form } = destination;
	const address = shownDestination(destination);
	if (form === 'standard' && !signed)
		return warned('notices', `what is sent to ${address} is not signed`, 'Deploy or upgrade: a secret is made.', {
			form,
		});
	if (!isShared) return warned('notices', `router and janitor do not both have ${address}`, CHANGE, { form });
	if (reach === null || reach.kind === 'elsewhere')
		return passed('notices', `${address}, which cannot be asked from here (${reach?.why ?? 'not looked at'})`, {
			form,
		});
	if (reach.kind === 'failed')
		return warned('notices', `${address} cannot be reached from here: ${reach.why}`, CHANGE, { form, reached: false });
	const { addresses, secure } = reach.reached;
	const how = secure ? 'its name resolves and its certificate is trusted' : 'its name resolves and it answers';
	return passed('notices', `${address}: ${how}; nothing was sent`, { form, reached: true, addresses, secure });
}
