import type { Deployment } from '../deployments/deployment.ts';
import type { Rule } from './rule.ts';

/** What the load balancer does with requests right now. */
export interface Traffic {
	/** The listener's default action; `null` when it answers by itself. */
	readonly defaultTargetGroupArn: string | null;
	readonly defaultCertificateArn: string | null;
	/** Without the default rule. */
	readonly rules: readonly Rule[];
}

/**
 * Where requests without affinity go. The catch-all rule comes first: while it stands, it wins over the default action,
 * which a baseline update may have put back to the template's 503.
 */
export function activeTargetGroup(traffic: Traffic): string | null {
	return traffic.rules.find((rule) => rule.catchAll)?.targetGroupArn ?? traffic.defaultTargetGroupArn;
}

/** The deployment that requests without affinity reach: the durable truth, whatever the tags say. */
export function activeDeployment(traffic: Traffic, deployments: readonly Deployment[]): Deployment | null {
	const target = activeTargetGroup(traffic);
	return target === null ? null : (deployments.find((one) => one.targetGroupArn === target) ?? null);
}

/** Account limits of one load balancer. */
export interface Limits {
	readonly rules: number;
	readonly targetGroups: number;
	/** Wildcards of one rule; absent where AWS does not say. */
	readonly wildcards?: number;
}

/** How many more deployments fit. A target group counts once however many rules use it, and 100 of them is a hard limit. */
export function roomLeft(traffic: Traffic, limits: Limits): { rules: number; targetGroups: number } {
	const groups = new Set(traffic.rules.map((rule) => rule.targetGroupArn));
	groups.add(traffic.defaultTargetGroupArn);
	groups.delete(null);
	// One rule stays free for the catch-all of a baseline update.
	const used = traffic.rules.filter((rule) => !rule.catchAll).length + 1;
	return { rules: limits.rules - used, targetGroups: limits.targetGroups - groups.size };
}
