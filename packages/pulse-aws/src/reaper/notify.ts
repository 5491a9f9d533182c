import type { Clock } from 'pulse-deploy-kit/clock';
import { deliverNotices, type NoticeReport } from 'pulse-deploy-kit/notify/deliver';
import { destination } from 'pulse-deploy-kit/notify/destination';
import { NOBODY } from 'pulse-deploy-kit/notify/nobody';
import { keptNotices, noticesOf, type Staying } from 'pulse-deploy-kit/notify/notice';
import { sendNotice } from 'pulse-deploy-kit/notify/send';
import { fingerprint } from 'pulse-deploy-kit/notify/sign';
import { Secret } from 'pulse-deploy-kit/secret';
import { completed } from '../deployments/complete-history.ts';
import { readNotify } from '../platform/notify-parameter.ts';
import { openOutbox, tellNobodyOf } from '../platform/outbox.ts';
import { readHistory } from '../platform/read-history.ts';
import { readDeployments } from '../platform/services.ts';
import type { KeptDeployment } from './decide.ts';
import type { ReaperPolicy } from './facts.ts';
import type { Place, ReaperAws } from './observe.ts';

/** The receiver may hang, and the next run is a minute away. */
const BUDGET_MS = 30_000;

export interface Notifying {
	readonly aws: ReaperAws;
	readonly place: Place;
	readonly region: string;
	readonly policy: Pick<ReaperPolicy, 'rollbackWindowMs'>;
	/** What stays, and what holds it; `null`: the run failed before it knew. */
	readonly kept: readonly KeptDeployment[] | null;
	readonly clock: Clock;
	readonly signal: AbortSignal;
}

/** Tells operators of what is due. `null`: no notices are sent. */
export async function notifyOperators(run: Notifying): Promise<NoticeReport | null> {
	const { aws, place, region, clock, signal } = run;
	const { name } = place;
	const startedAt = clock.now();
	const notify = await readNotify(aws, name);
	if (notify === null) return null;
	const history = completed(await readHistory(aws, name));
	const past = noticesOf(history, (_, at) => history[at]?.key ?? '');
	const now = () => clock.now();
	if (notify.url === NOBODY) {
		await tellNobodyOf({ aws, name, tidings: { past, standing: null }, now }, startedAt);
		return null;
	}
	const to = destination(notify.url);
	const longest = Math.max(notify.kept * 1000, run.policy.rollbackWindowMs);
	const standing = run.kept === null ? null : keptNotices(await staying(run, run.kept), longest, startedAt);
	const source = { platform: 'aws', stack: name, region } as const;
	const secret = new Secret(notify.secret);
	const sender = { destination: to, secret, source, scope: `aws ${region} ${name}` };
	const within = AbortSignal.any([signal, AbortSignal.timeout(BUDGET_MS)]);
	const tells = fingerprint(to.url);
	return deliverNotices({
		outbox: openOutbox({ aws, name, tidings: { past, standing }, now }, { tells, startedAt }),
		send: (notice) => sendNotice(sender, notice, clock.now(), within),
		signal: within,
	});
}

async function staying({ aws, place }: Notifying, kept: readonly KeptDeployment[]): Promise<readonly Staying[]> {
	const holding = new Map(kept.map(({ id, reason, detail }) => [id, detail ?? reason.replaceAll('-', ' ')]));
	const deployments = await readDeployments(aws, place.cluster, place.name);
	return deployments.flatMap(({ id, state, drainStartedAt, desired }) =>
		state === 'draining' && drainStartedAt !== null && desired > 0
			? [{ id, drainStartedAt, detail: holding.get(id) }]
			: [],
	);
}
