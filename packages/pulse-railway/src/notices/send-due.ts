import type { Clock } from 'pulse-deploy-kit/clock';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { deliverNotices, type NoticeReport } from 'pulse-deploy-kit/notify/deliver';
import { sendNotice } from 'pulse-deploy-kit/notify/send';
import { fingerprint } from 'pulse-deploy-kit/notify/sign';
import { NOTIFY_SECRET_VARIABLE, type Notifying } from '../config/notify.ts';
import type { NoticeStore } from '../deployments/notice-store.ts';
import type { NoticeTerms } from '../deployments/notices.ts';

/** For all notices of one run: the receiver may hang, and there is another run soon. */
const BUDGET_MS = 30_000;

export interface Dispatch {
	readonly store: NoticeStore;
	readonly notifying: Notifying;
	/** Of a router, `null`: the janitor knows the policy, and tells of what stays. */
	readonly kept: NoticeTerms['kept'];
	/** When this process was told whom to tell, Unix milliseconds. */
	readonly startedAt: number;
	readonly clock: Clock;
	readonly signal: AbortSignal;
}

/** Sends what is due. Router and janitor alike: the store lets one of them have each notice. */
export async function sendDue({ store, notifying, kept, startedAt, clock, signal }: Dispatch): Promise<NoticeReport> {
	const { destination, secret, stack, projectId, environmentId, service } = notifying;
	if (secret === undefined && destination.form === 'standard') {
		throw new DeployToolError('notify', `${NOTIFY_SECRET_VARIABLE} is not set`, {
			fault: 'user',
			next: 'Run pulse-railway upgrade: it makes one.',
		});
	}
	const ids = { project_id: projectId, environment_id: environmentId, service };
	const source = { platform: 'railway', stack, ...ids } as const;
	const sender = { destination, secret, source, scope: `railway ${projectId} ${environmentId}` };
	const within = AbortSignal.any([signal, AbortSignal.timeout(BUDGET_MS)]);
	return deliverNotices({
		outbox: store.notices({ kept, sender: { tells: fingerprint(destination.url), startedAt } }),
		send: (notice) => sendNotice(sender, notice, clock.now(), within),
		signal: within,
	});
}

/** `null`: nothing was due. */
export function reportText({ sent, failed, given_up, error }: NoticeReport): string | null {
	if (sent + failed + given_up === 0) return null;
	return `notify; sent=${sent} failed=${failed} given_up=${given_up}${error === null ? '' : `; ${error}`}`;
}
