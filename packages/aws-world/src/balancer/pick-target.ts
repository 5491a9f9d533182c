import type { Target, TargetGroup } from '../elb/state.ts';

const turns = new WeakMap<TargetGroup, number>();

/**
 * The stuck-to target while it serves, else round robin over the healthy ones. When every registered target is
 * unhealthy the group fails open to all of them; targets that are new or draining get no new requests.
 */
export function pickTarget(group: TargetGroup, stuckTo: string | undefined): Target | undefined {
	const targets = [...group.targets.values()];
	const healthy = targets.filter((target) => target.state === 'healthy');
	const serving = healthy.length > 0 ? healthy : targets.filter((target) => target.state === 'unhealthy');
	const stuck = serving.find((target) => `${target.id}:${target.port}` === stuckTo);
	if (stuck) return stuck;
	const turn = turns.get(group) ?? 0;
	turns.set(group, turn + 1);
	return serving[turn % serving.length];
}
