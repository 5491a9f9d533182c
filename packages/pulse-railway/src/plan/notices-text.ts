import { shownDestination } from 'pulse-deploy-kit/notify/destination';
import { NOBODY } from 'pulse-deploy-kit/notify/nobody';
import type { BaselineConfig } from '../config/init.ts';
import { NOTIFY_SECRET_VARIABLE } from '../config/notify.ts';

/** Whom the stack tells, without what would let a reader write there. */
export function noticesText({ notify, names }: Pick<BaselineConfig, 'notify' | 'names'>): readonly string[] {
	if (notify === undefined) return [];
	if (notify === NOBODY) return ['Notices go to nobody'];
	const signed = notify.form === 'standard' ? `, signed with ${NOTIFY_SECRET_VARIABLE} of ${names.janitor}` : '';
	return [`Notices go to ${shownDestination(notify)}${signed}`];
}
