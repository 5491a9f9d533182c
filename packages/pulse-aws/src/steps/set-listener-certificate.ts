import { toldAs } from '../adapters/told.ts';
import type { Step } from '../plan/step.ts';
import { everyPage, optional } from '../platform/pages.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

export function setListenerCertificateStep(): Step {
	return {
		kind: 'set-listener-certificate',
		id: 'set-listener-certificate',
		title: 'Set the certificate of the load balancer',
		section: 'Baseline',
	};
}

/** Replaces the default certificate and removes all others; default action and TLS policy stay as they are. */
export const setListenerCertificate: Perform<'set-listener-certificate'> = async (_step, run) => {
	const { elb } = run.session.aws;
	const { listenerArn } = made(run.baseline, 'the baseline');
	const wanted = made(run.certificateArn, 'the certificate');
	try {
		// A property that is not given is not changed.
		await elb.modifyListener({ ListenerArn: listenerArn, Certificates: [{ CertificateArn: wanted }] });
		const all = await everyPage(
			(token) => elb.describeListenerCertificates({ ListenerArn: listenerArn, ...optional('Marker', token) }),
			(page) => page.NextMarker,
			(page) => page.Certificates,
		);
		// The default one is listed too, and may not be removed.
		const others = all.filter((one) => one.IsDefault !== true && one.CertificateArn !== wanted);
		const Certificates = others.flatMap((one) => (one.CertificateArn ? [{ CertificateArn: one.CertificateArn }] : []));
		if (Certificates.length > 0) await elb.removeListenerCertificates({ ListenerArn: listenerArn, Certificates });
		return wanted;
	} catch (cause) {
		throw toldAs('listener-certificate', 'The certificate of the load balancer could not be set.', cause);
	}
};
