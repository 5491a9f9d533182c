import type { Action, Certificate, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Listener } from '../elb/state.ts';
import type { Properties, ResourceKind, StackPorts } from './resource-kinds.ts';

const loadBalancer: ResourceKind = {
	async create(logicalId, properties, { arns, elb, openBalancer, clock }) {
		const name = String(properties.Name ?? logicalId);
		if ([...elb.loadBalancers.values()].some((other) => other.LoadBalancerName === name)) {
			throw new Error(`A load balancer with the same name '${name}' exists, but with different settings`);
		}
		const arn = arns.of('elasticloadbalancing', `loadbalancer/app/${name}/${arns.id(16)}`);
		const address = await openBalancer(arn);
		elb.loadBalancers.set(arn, {
			LoadBalancerArn: arn,
			LoadBalancerName: name,
			DNSName: address,
			CanonicalHostedZoneId: 'Z35SXDOTRQ7X7K',
			CreatedTime: new Date(clock.now()),
			State: { Code: 'active' },
			Type: 'application',
		});
		return {
			physicalId: arn,
			attributes: {
				DNSName: address,
				CanonicalHostedZoneID: 'Z35SXDOTRQ7X7K',
				LoadBalancerArn: arn,
				LoadBalancerName: name,
				LoadBalancerFullName: arn.split(':loadbalancer/')[1] ?? '',
			},
		};
	},
	async remove({ physicalId }, _properties, { elb, closeBalancer }) {
		elb.loadBalancers.delete(physicalId);
		await closeBalancer(physicalId);
	},
};

const listener: ResourceKind = {
	create(_logicalId, properties, ports) {
		const loadBalancerArn = String(properties.LoadBalancerArn);
		const arn = `${loadBalancerArn.replace(':loadbalancer/', ':listener/')}/${ports.arns.id(16)}`;
		const created: Listener = {
			arn,
			defaultRuleArn: `${arn.replace(':listener/', ':listener-rule/')}/${ports.arns.id(16)}`,
			loadBalancerArn,
			port: Number(properties.Port),
			protocol: properties.Protocol === 'HTTPS' ? 'HTTPS' : 'HTTP',
			sslPolicy: undefined,
			certificate: undefined,
			certificates: [],
			defaultActions: [],
		};
		apply(created, properties, ports);
		ports.elb.listeners.set(arn, created);
		ports.elb.routingChanged();
		return { physicalId: arn, attributes: { ListenerArn: arn } };
	},
	/** The default action goes back to the template's, whatever the tool has made of it (docs/platform-facts/aws.md §0.2). */
	update({ physicalId }, properties, ports) {
		apply(ports.elb.listener(physicalId), properties, ports);
		ports.elb.routingChanged();
	},
	remove({ physicalId }, _properties, { elb }) {
		elb.listeners.delete(physicalId);
		for (const rule of elb.rulesOf(physicalId)) elb.rules.delete(rule.arn);
		elb.routingChanged();
	},
};

function apply(listener: Listener, properties: Properties, ports: StackPorts): void {
	const [certificate] = (properties.Certificates ?? []) as Certificate[];
	if (certificate && !ports.isIssued(certificate.CertificateArn ?? '')) {
		throw new Error(
			`The certificate '${certificate.CertificateArn}' must have a fully-qualified domain name and be issued`,
		);
	}
	listener.certificate = certificate;
	listener.sslPolicy = properties.SslPolicy === undefined ? undefined : String(properties.SslPolicy);
	listener.defaultActions = properties.DefaultActions as Action[];
}

const listenerRule: ResourceKind = {
	create(_logicalId, properties, { elb, arns }) {
		const listenerArn = elb.listener(String(properties.ListenerArn)).arn;
		const priority = Number(properties.Priority);
		if (elb.rulesOf(listenerArn).some((rule) => rule.priority === priority)) {
			throw new Error(`Priority '${priority}' is currently in use`);
		}
		const arn = `${listenerArn.replace(':listener/', ':listener-rule/')}/${arns.id(16)}`;
		elb.rules.set(arn, {
			arn,
			listenerArn,
			priority,
			conditions: properties.Conditions as RuleCondition[],
			actions: properties.Actions as Action[],
		});
		elb.routingChanged();
		return { physicalId: arn, attributes: { RuleArn: arn } };
	},
	update({ physicalId }, properties, { elb }) {
		const rule = elb.rule(physicalId);
		rule.conditions = properties.Conditions as RuleCondition[];
		rule.actions = properties.Actions as Action[];
		elb.routingChanged();
	},
	remove({ physicalId }, _properties, { elb }) {
		elb.rules.delete(physicalId);
		elb.routingChanged();
	},
};

export const LOAD_BALANCING_KINDS: Readonly<Record<string, ResourceKind>> = {
	'AWS::ElasticLoadBalancingV2::LoadBalancer': loadBalancer,
	'AWS::ElasticLoadBalancingV2::Listener': listener,
	'AWS::ElasticLoadBalancingV2::ListenerRule': listenerRule,
};
