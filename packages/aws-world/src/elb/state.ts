import type {
	Action,
	Certificate,
	LoadBalancer,
	RuleCondition,
	TargetHealthReasonEnum,
	TargetHealthStateEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetCounts } from '../cloudwatch/target-counts.ts';
import { AwsError } from '../errors.ts';

export interface Target {
	/** The task's private address, as AWS shows it. */
	readonly id: string;
	readonly port: number;
	/** `host:port` of the real socket behind it. */
	readonly address: string;
	state: TargetHealthStateEnum;
	reason: TargetHealthReasonEnum | undefined;
	description: string | undefined;
	/** Cuts what is still open when the deregistration delay ends. */
	readonly connections: Set<{ cut(): void }>;
	stopChecks(): void;
}

export interface TargetGroup {
	readonly arn: string;
	readonly name: string;
	readonly port: number;
	readonly vpcId: string;
	readonly check: {
		readonly path: string;
		readonly intervalSeconds: number;
		readonly timeoutSeconds: number;
		readonly healthyThreshold: number;
		readonly unhealthyThreshold: number;
		/** `200`, `200,204` or `200-299`. */
		readonly matcher: string;
	};
	readonly attributes: Map<string, string>;
	readonly targets: Map<string, Target>;
	/** As CloudWatch is told. */
	readonly counts: TargetCounts;
}

export interface Rule {
	readonly arn: string;
	readonly listenerArn: string;
	priority: number;
	conditions: RuleCondition[];
	actions: Action[];
}

export interface Listener {
	readonly arn: string;
	readonly defaultRuleArn: string;
	readonly loadBalancerArn: string;
	readonly port: number;
	readonly protocol: 'HTTP' | 'HTTPS';
	sslPolicy: string | undefined;
	/** The default certificate. */
	certificate: Certificate | undefined;
	/** The others. */
	readonly certificates: Certificate[];
	defaultActions: Action[];
}

export interface Quotas {
	readonly rules: number;
	readonly targetGroups: number;
	/** Of one listener, the default certificate not counted. */
	readonly certificates: number;
}

/** docs/platform-facts/aws.md §1: the defaults of an account. */
export const DEFAULT_QUOTAS: Quotas = { rules: 100, targetGroups: 100, certificates: 25 };

export class ElbState {
	readonly quotas: Quotas;
	readonly loadBalancers = new Map<string, LoadBalancer>();
	readonly listeners = new Map<string, Listener>();
	readonly rules = new Map<string, Rule>();
	readonly targetGroups = new Map<string, TargetGroup>();
	readonly tags = new Map<string, Map<string, string>>();
	/** Told of every change of what a load balancer answers. */
	readonly watchers = new Set<() => void>();

	constructor(quotas: Partial<Quotas> = {}) {
		this.quotas = { ...DEFAULT_QUOTAS, ...quotas };
	}

	routingChanged(): void {
		for (const watcher of this.watchers) watcher();
	}

	loadBalancer(arn: string | undefined): LoadBalancer {
		const balancer = this.loadBalancers.get(arn ?? '');
		if (!balancer) throw new AwsError('LoadBalancerNotFoundException', `Load balancers '[${arn}]' not found`);
		return balancer;
	}

	listener(arn: string | undefined): Listener {
		const listener = this.listeners.get(arn ?? '');
		if (!listener) throw new AwsError('ListenerNotFoundException', `Listeners '[${arn}]' not found`);
		return listener;
	}

	rule(arn: string | undefined): Rule {
		const rule = this.rules.get(arn ?? '');
		if (!rule) throw new AwsError('RuleNotFoundException', `Rules '[${arn}]' not found`);
		return rule;
	}

	targetGroup(arn: string | undefined): TargetGroup {
		const group = this.targetGroups.get(arn ?? '');
		if (!group) throw new AwsError('TargetGroupNotFoundException', `Target groups '[${arn}]' not found`);
		return group;
	}

	rulesOf(listenerArn: string): Rule[] {
		return [...this.rules.values()].filter((rule) => rule.listenerArn === listenerArn);
	}

	/** Target groups that the load balancer's rules and default actions use; one used twice counts once. */
	groupsOf(loadBalancerArn: string): Set<string> {
		const groups = new Set<string>();
		for (const listener of this.listeners.values()) {
			if (listener.loadBalancerArn !== loadBalancerArn) continue;
			const actions = [...listener.defaultActions, ...this.rulesOf(listener.arn).flatMap((rule) => rule.actions)];
			for (const arn of groupsIn(actions)) groups.add(arn);
		}
		return groups;
	}

	/** The load balancers that use a group: none means that ECS refuses it and its targets are `unused`. */
	loadBalancersOf(groupArn: string): string[] {
		return [...this.loadBalancers.keys()].filter((arn) => this.groupsOf(arn).has(groupArn));
	}
}

export const isSticky = (group: TargetGroup) => group.attributes.get('stickiness.enabled') === 'true';

/** The groups an action list forwards to, in either way of writing it. */
export function groupsIn(actions: readonly Action[]): string[] {
	return actions.flatMap((action) =>
		[action.TargetGroupArn, ...(action.ForwardConfig?.TargetGroups ?? []).map((group) => group.TargetGroupArn)].filter(
			(arn): arn is string => arn !== undefined,
		),
	);
}
