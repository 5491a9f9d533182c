import { shareText } from 'pulse-deploy-kit/canary/share';
import { mapLimited } from 'pulse-deploy-kit/map-limited';
import type { RenderSessions } from '../backends/render-sessions.ts';
import type { Canary, CanaryCount } from '../deployments/canary.ts';
import type { RoutingSnapshot } from '../deployments/record.ts';
import { type Activity, type DeploymentActivity, type LockHolder, leaseOf } from '../deployments/store.ts';
import type { ControlContext } from './methods.ts';

const PROBES_AT_ONCE = 16;

export interface StatusQuestion {
	/** `false` leaves the deployments alone. */
	readonly sessions: boolean;
	/** For the answers of all deployments together, milliseconds. */
	readonly probeMs: number;
}

/** All that is live, as one router sees it. JSON all through. Times in Unix milliseconds. */
export interface ControlStatus {
	/** The router's clock, to compare the times with. */
	readonly now: number;
	readonly snapshot: RoutingSnapshot;
	/** One for each record. */
	readonly activity: readonly DeploymentActivity[];
	readonly replicas: Activity['replicas'];
	/** See `Activity`. Older routers do not tell. */
	readonly tabsWholeAt?: number | null;
	/** By deployment id, without container apps; empty when not asked for. */
	readonly sessions: Readonly<Record<string, RenderSessions>>;
	readonly locks: { readonly deploy: LockHolder | null; readonly janitor: LockHolder | null };
	/** Of the pending deployments whose commands live, by id. Older routers do not tell. */
	readonly leases?: Readonly<Record<string, LockHolder>>;
	/** It knows recalls, and deployments that are drained by a time. Older routers do not tell. */
	readonly departures?: true;
	/** It knows canaries. Older routers do not tell. */
	readonly canaries?: true;
	/** What was counted of the one that runs; `null` while none does. Older routers do not tell. */
	readonly canaryCount?: CanaryCount | null;
	/** It knows container apps. Older routers do not tell, and would route to them as to Pulse apps. */
	readonly containers?: true;
	/** It leads pages to the replica that holds their session. Older routers do not tell. */
	readonly pinsReplicas?: true;
	/** It knows previews. Older routers do not tell. */
	readonly previews?: true;
	/** It tells deploys that are being made that a later one takes their place. Older routers do not tell. */
	readonly supersedes?: true;
}

/** One deployment that hangs, or a hundred, hold the answer up for `probeMs` at most: it is asked for to get rid of them. */
export async function controlStatus(
	{ store, probe, now }: ControlContext,
	{ sessions, probeMs }: StatusQuestion,
): Promise<ControlStatus> {
	const [snapshot, activity, deploy, janitor] = await Promise.all([
		store.snapshot(),
		store.activity(),
		store.lockHolder('deploy'),
		store.lockHolder('janitor'),
	]);
	const { activeId, deployments, canary } = snapshot;
	const leases = deployments
		.filter(({ id, state }) => state === 'pending' && id !== canary?.id)
		.map(async ({ id }) => [id, await store.lockHolder(leaseOf(id))] as const);
	// The active one first: every plan tells how many are on it.
	// A container app knows no sessions: the router's own counts say who is there.
	const knowing = deployments.filter(({ container }) => container === undefined);
	const asked = sessions ? [...knowing].sort((a, b) => Number(b.id === activeId) - Number(a.id === activeId)) : [];
	const late: RenderSessions = { reachable: false, detail: `no answer within ${probeMs / 1000} s` };
	const overdue = AbortSignal.timeout(probeMs);
	const tooLate = new Promise<RenderSessions>((resolve) => {
		overdue.addEventListener('abort', () => resolve(late), { once: true });
	});
	const answers = await mapLimited(PROBES_AT_ONCE, asked, async (record) => {
		const answer = overdue.aborted ? late : Promise.race([probe(record, overdue).catch(() => late), tooLate]);
		return [record.id, await answer] as const;
	});
	return {
		now: now(),
		snapshot,
		activity: [...activity.deployments.values()],
		replicas: activity.replicas,
		tabsWholeAt: activity.tabsWholeAt,
		sessions: Object.fromEntries(answers),
		locks: { deploy, janitor },
		leases: {
			...Object.fromEntries((await Promise.all(leases)).flatMap(([id, by]) => (by === null ? [] : [[id, by]]))),
			...(canary === undefined ? {} : { [canary.id]: canaryLease(canary, now()) }),
		},
		canaries: true,
		canaryCount: canary === undefined ? null : await store.canaryCount(canary.beganAt),
		containers: true,
		pinsReplicas: true,
		departures: true,
		previews: true,
		supersedes: true,
	};
}

/** To a command that knows no canaries it is a deployment in the making: theirs, which it neither cleans up nor goes back to. */
function canaryLease({ share, beganAt }: Canary, now: number): LockHolder {
	return { owner: `the canary, for ${shareText(share)} of new visitors`, acquiredAt: beganAt, expiresAt: now + 60_000 };
}
