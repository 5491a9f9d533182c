import type { Certificate, Listener as View } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Handlers } from '../calls/handlers.ts';
import { AwsError, notEmulated } from '../errors.ts';
import { pageOf, pageSize } from '../paging.ts';
import { checkGroups } from './rules-api.ts';
import type { ElbState, Listener } from './state.ts';
import { validateActions } from './validate-rule.ts';

type ListenersApi = Pick<
	Handlers<'elb'>,
	| 'describeAccountLimits'
	| 'describeLoadBalancers'
	| 'describeListeners'
	| 'modifyListener'
	| 'describeListenerCertificates'
	| 'removeListenerCertificates'
>;

/** `isIssued` says whether a certificate may be attached. */
export function listenersApi(state: ElbState, isIssued: (certificateArn: string) => boolean): ListenersApi {
	return {
		describeAccountLimits() {
			return {
				Limits: [
					{ Name: 'target-groups', Max: '3000' },
					{ Name: 'condition-values-per-alb-rule', Max: '5' },
					{ Name: 'condition-wildcards-per-alb-rule', Max: '5' },
					{ Name: 'rules-per-application-load-balancer', Max: String(state.quotas.rules) },
					{ Name: 'target-groups-per-application-load-balancer', Max: String(state.quotas.targetGroups) },
				],
			};
		},

		describeLoadBalancers(input) {
			const all = [...state.loadBalancers.values()];
			const found = input.LoadBalancerArns?.map((arn) => state.loadBalancer(arn)) ?? all;
			if (input.Names) notEmulated('DescribeLoadBalancers by name');
			const { items, next } = pageOf(found, input.PageSize ?? 400, input.Marker, 'ValidationError');
			return { LoadBalancers: items, ...(next === undefined ? {} : { NextMarker: next }) };
		},

		describeListeners(input) {
			let listeners = [...state.listeners.values()];
			if (input.ListenerArns) listeners = input.ListenerArns.map((arn) => state.listener(arn));
			else {
				const { LoadBalancerArn } = state.loadBalancer(input.LoadBalancerArn);
				listeners = listeners.filter((listener) => listener.loadBalancerArn === LoadBalancerArn);
			}
			const { items, next } = pageOf(listeners, input.PageSize ?? 50, input.Marker, 'ValidationError');
			return { Listeners: items.map(viewOf), ...(next === undefined ? {} : { NextMarker: next }) };
		},

		modifyListener(input) {
			const listener = state.listener(input.ListenerArn);
			if (input.Port !== undefined && input.Port !== listener.port) {
				throw new AwsError('ValidationError', 'Changing the port of a listener is not emulated');
			}
			const actions = input.DefaultActions && validateActions(input.DefaultActions);
			if (actions) checkGroups(state, listener, actions);
			const certificate = input.Certificates && attachable(input.Certificates, isIssued);
			if (actions) listener.defaultActions = actions;
			if (certificate) listener.certificate = certificate;
			if (input.SslPolicy) listener.sslPolicy = input.SslPolicy;
			state.routingChanged();
			return { Listeners: [viewOf(listener)] };
		},

		describeListenerCertificates(input) {
			const listener = state.listener(input.ListenerArn);
			const all = [
				...(listener.certificate ? [{ ...listener.certificate, IsDefault: true }] : []),
				...listener.certificates.map((certificate) => ({ ...certificate, IsDefault: false })),
			];
			const size = pageSize(input.PageSize, 100, 400, 'ValidationError');
			const { items, next } = pageOf(all, size, input.Marker, 'ValidationError');
			return { Certificates: items, ...(next === undefined ? {} : { NextMarker: next }) };
		},

		removeListenerCertificates(input) {
			const listener = state.listener(input.ListenerArn);
			for (const { CertificateArn } of input.Certificates ?? []) {
				if (CertificateArn === listener.certificate?.CertificateArn) {
					throw new AwsError('OperationNotPermittedException', 'The default certificate cannot be removed');
				}
				const at = listener.certificates.findIndex((other) => other.CertificateArn === CertificateArn);
				if (at !== -1) listener.certificates.splice(at, 1);
			}
			return {};
		},
	};
}

function attachable(certificates: readonly Certificate[], isIssued: (arn: string) => boolean): Certificate {
	const [certificate] = certificates;
	if (!certificate || certificates.length > 1) {
		throw new AwsError('ValidationError', 'Exactly one default certificate must be specified');
	}
	if (!isIssued(certificate.CertificateArn ?? '')) {
		throw new AwsError(
			'UnsupportedCertificateException',
			`The certificate '${certificate.CertificateArn}' must be issued`,
		);
	}
	return { CertificateArn: certificate.CertificateArn };
}

function viewOf(listener: Listener): View {
	return {
		ListenerArn: listener.arn,
		LoadBalancerArn: listener.loadBalancerArn,
		Port: listener.port,
		Protocol: listener.protocol,
		...(listener.certificate ? { Certificates: [listener.certificate] } : {}),
		...(listener.sslPolicy ? { SslPolicy: listener.sslPolicy } : {}),
		DefaultActions: listener.defaultActions,
	};
}
