import { Duration, Validations } from 'aws-cdk-lib';
import {
	type ApplicationListener,
	ApplicationListenerRule,
	ApplicationLoadBalancer,
	ApplicationProtocol,
	ListenerAction,
	ListenerCertificate,
	ListenerCondition,
	SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { loadBalancerName } from '../deployments/names.ts';
import { verificationBody } from '../domain/verification-token.ts';
import { VERIFY_PATH_PREFIX } from '../protocol.ts';
import type { Network } from './network.ts';
import type { BaselineSettings } from './settings.ts';

export interface Balancer {
	readonly balancer: ApplicationLoadBalancer;
	readonly listener: ApplicationListener;
}

/**
 * The listener answers 503 until the first deployment is switched to. From then on the default action and the rules of
 * the deployments belong to the tool, not to this template.
 */
export function loadBalancer(scope: Construct, settings: BaselineSettings, net: Network): Balancer {
	const balancer = new ApplicationLoadBalancer(scope, 'Alb', {
		loadBalancerName: loadBalancerName(settings.deploymentName),
		vpc: net.vpc,
		internetFacing: true,
		securityGroup: net.balancerGroup,
		idleTimeout: Duration.seconds(settings.idleTimeoutSeconds),
		dropInvalidHeaderFields: true,
	});
	Validations.of(balancer).acknowledge({
		id: 'AwsSolutions-ELB2',
		reason: 'Access logs need a bucket and are charged; whoever needs them switches them on for this load balancer.',
	});
	// `open` would add 0.0.0.0/0 to the security group whatever ranges were asked for, and true is its default.
	balancer.addListener('Http', {
		port: 80,
		open: false,
		defaultAction: ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
	});
	const listener = balancer.addListener('Https', {
		port: 443,
		protocol: ApplicationProtocol.HTTPS,
		open: false,
		sslPolicy: SslPolicy.TLS13_RES,
		certificates: [ListenerCertificate.fromArn(settings.certificateArn)],
		defaultAction: ListenerAction.fixedResponse(503, {
			contentType: 'application/json',
			messageBody: JSON.stringify({ status: 'draining' }),
		}),
	});
	new ApplicationListenerRule(scope, 'VerifyRule', {
		listener,
		priority: 1,
		conditions: [ListenerCondition.pathPatterns([`${VERIFY_PATH_PREFIX}${settings.verificationToken}`])],
		action: ListenerAction.fixedResponse(200, {
			contentType: 'application/json',
			messageBody: verificationBody(settings.verificationToken),
		}),
	});
	return { balancer, listener };
}
