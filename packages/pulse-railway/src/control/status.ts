import type { RoutingSnapshot } from '../deployments/record.ts';
import type { Activity, DeploymentActivity, LockHolder } from '../deployments/store.ts';
import type { Sessions } from '../janitor/facts.ts';
import { mapLimited } from '../janitor/map-limited.ts';
import type { ControlContext } from './methods.ts';

const PROBES_AT_ONCE = 16;

/** All that is live, as one router sees it. JSON all through. Times in Unix milliseconds. */
export interface ControlStatus {
	/** The router's clock, to compare the times with. */
	readonly now: number;
	readonly snapshot: RoutingSnapshot;
	/** One for each record. */
	readonly activity: readonly DeploymentActivity[];
	readonly replicas: Activity['replicas'];
	/** By deployment id; empty when not asked for. */
	readonly sessions: Readonly<Record<string, Sessions>>;
	readonly locks: { readonly deploy: LockHolder | null; readonly janitor: LockHolder | null };
}

export async function controlStatus({ store, probe, now }: ControlContext, sessions: boolean): Promise<ControlStatus> {
	const [snapshot, activity, deploy, janitor] = await Promise.all([
		store.snapshot(),
		store.activity(),
		store.lockHolder('deploy'),
		store.lockHolder('janitor'),
	]);
	const asked = sessions ? snapshot.deployments : [];
	const answers = await mapLimited(PROBES_AT_ONCE, asked, async (record) => [record.id, await probe(record)] as const);
	return {
		now: now(),
		snapshot,
		activity: [...activity.deployments.values()],
		replicas: activity.replicas,
		sessions: Object.fromEntries(answers),
		locks: { deploy, janitor },
	};
}
