import { Validations } from 'aws-cdk-lib';
import { type ISubnet, type IVpc, Peer, Port, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { CONTAINER_PORT, SIDECAR_PORT } from '../protocol.ts';
import type { BaselineSettings } from './settings.ts';

export interface Network {
	readonly vpc: IVpc;
	readonly taskSubnets: readonly ISubnet[];
	readonly balancerGroup: SecurityGroup;
	readonly serviceGroup: SecurityGroup;
}

/** Two zones. The default security group is left alone: restricting it would need an asset, and so a bootstrapped account. */
export function network(scope: Construct, settings: BaselineSettings): Network {
	const isPrivate = settings.nat === 'gateway';
	// The CDK's own types are not written for exact optional properties.
	const vpc = new Vpc(scope, 'Vpc', {
		maxAzs: 2,
		natGateways: isPrivate ? 1 : 0,
		restrictDefaultSecurityGroup: false,
		subnetConfiguration: [
			{ name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 20 },
			...(isPrivate ? [{ name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 }] : []),
		],
	}) as IVpc;
	Validations.of(vpc).acknowledge({
		id: 'AwsSolutions-VPC7',
		reason: 'Flow logs are charged by traffic; whoever needs them adds them to the VPC of the stack outputs.',
	});

	const balancerGroup = new SecurityGroup(scope, 'AlbSecurityGroup', {
		vpc,
		description: 'HTTPS and its redirect, from the allowed ranges',
		allowAllOutbound: false,
	});
	for (const range of settings.allowedCidrs.length > 0 ? settings.allowedCidrs : ['0.0.0.0/0']) {
		balancerGroup.addIngressRule(Peer.ipv4(range), Port.tcp(443), 'HTTPS');
		balancerGroup.addIngressRule(Peer.ipv4(range), Port.tcp(80), 'redirect to HTTPS');
	}
	Validations.of(balancerGroup).acknowledge({
		id: 'AwsSolutions-EC23',
		reason: 'A public web application unless --allowed-cidr narrows it.',
	});

	const serviceGroup = new SecurityGroup(scope, 'ServiceSecurityGroup', {
		vpc,
		// Since then by other tasks as well; EC2 makes a group of another description anew, under the tasks that run.
		description: 'Tasks: reached by the load balancer alone',
		allowAllOutbound: true,
	});
	// A rule for each port, not one for both: an update then adds one, and never takes away what traffic passes by.
	for (const port of [CONTAINER_PORT, SIDECAR_PORT]) {
		serviceGroup.addIngressRule(balancerGroup, Port.tcp(port), 'load balancer');
		balancerGroup.addEgressRule(serviceGroup, Port.tcp(port), 'tasks');
	}
	// A task passes on what belongs to another task of its deployment. One group is for all deployments of the stack, which are
	// one app with one role; the tasks themselves tell deployments apart, and take nothing that is not signed for them. A group
	// for each deployment would have every deploy hold rights on security groups. Container apps pass nothing on.
	serviceGroup.addIngressRule(serviceGroup, Port.tcp(CONTAINER_PORT), 'tasks of this stack');
	return { vpc, taskSubnets: isPrivate ? vpc.privateSubnets : vpc.publicSubnets, balancerGroup, serviceGroup };
}
