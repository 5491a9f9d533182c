import { conditionsText, forwardTarget, type Rule, ruleOf, type SdkCondition } from '../traffic/rule.ts';
import type { Limits, Traffic } from '../traffic/traffic.ts';
import type { Aws } from './aws.ts';
import { everyPage, optional } from './pages.ts';

export async function readTraffic(aws: Pick<Aws, 'elb'>, listenerArn: string): Promise<Traffic> {
	const [listener, rules] = await Promise.all([
		aws.elb.describeListeners({ ListenerArns: [listenerArn] }),
		readRules(aws, listenerArn),
	]);
	const found = listener.Listeners?.[0];
	return {
		defaultTargetGroupArn: forwardTarget(found?.DefaultActions ?? []),
		defaultCertificateArn: found?.Certificates?.[0]?.CertificateArn ?? null,
		rules,
	};
}

/** Where visitors without a pin go, by one call: of all that moves them, nothing is asked more often. */
export async function readDefaultTarget(aws: Pick<Aws, 'elb'>, listenerArn: string): Promise<string | null> {
	const { Listeners } = await aws.elb.describeListeners({ ListenerArns: [listenerArn] });
	return forwardTarget(Listeners?.[0]?.DefaultActions ?? []);
}

/** Without the default rule, lowest priority number first: the service promises no order. */
export async function readRules(aws: Pick<Aws, 'elb'>, listenerArn: string): Promise<Rule[]> {
	const all = await everyRule(aws, listenerArn);
	return all
		.map(ruleOf)
		.filter((rule) => rule.priority !== null)
		.sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
}

/** Of the rule that has exactly these conditions; `null`: there is none. */
export async function rulePriority(
	aws: Pick<Aws, 'elb'>,
	listenerArn: string,
	conditions: readonly SdkCondition[],
): Promise<number | null> {
	const wanted = conditionsText(conditions);
	const found = (await everyRule(aws, listenerArn)).find((rule) => conditionsText(rule.Conditions ?? []) === wanted);
	return found === undefined ? null : ruleOf(found).priority;
}

function everyRule(aws: Pick<Aws, 'elb'>, listenerArn: string) {
	return everyPage(
		(token) => aws.elb.describeRules({ ListenerArn: listenerArn, PageSize: 400, ...optional('Marker', token) }),
		(page) => page.NextMarker,
		(page) => page.Rules,
	);
}

/** Defaults of the load balancer quotas, where the account's are not told (user guide, "Quotas"). */
const DEFAULT_LIMIT = 100;

export async function readLimits(aws: Pick<Aws, 'elb'>): Promise<Limits> {
	const limits = await everyPage(
		(token) => aws.elb.describeAccountLimits({ PageSize: 400, ...optional('Marker', token) }),
		(page) => page.NextMarker,
		(page) => page.Limits,
	);
	const limit = (name: string) => Number(limits.find((one) => one.Name === name)?.Max ?? DEFAULT_LIMIT);
	const wildcards = limits.find((one) => one.Name === 'condition-wildcards-per-alb-rule')?.Max;
	return {
		...(wildcards === undefined ? {} : { wildcards: Number(wildcards) }),
		rules: limit('rules-per-application-load-balancer'),
		targetGroups: limit('target-groups-per-application-load-balancer'),
	};
}
