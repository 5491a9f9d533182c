import type { NoticeFacts } from 'pulse-deploy-kit/doctor/notice-check';
import { NOBODY } from 'pulse-deploy-kit/notify/nobody';
import { notifyUrl } from 'pulse-deploy-kit/notify/settings';
import type { Session } from '../adapters/session.ts';
import { readNotify } from '../platform/notify-parameter.ts';

/** Whom the reaper tells. @throws where it cannot be read */
export async function lookAtNotices({ aws, visit, signal }: Session, name: string): Promise<NoticeFacts> {
	const kept = await readNotify(aws, name);
	const destination = kept === null ? NOBODY : notifyUrl(kept.url);
	const signed = kept !== null && kept.secret !== '';
	if (destination === NOBODY) return { destination: null, signed, reach: null, isShared: true };
	return { destination, signed, reach: await visit.notices(destination, signal), isShared: true };
}
