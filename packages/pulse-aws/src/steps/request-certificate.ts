import { sha256 } from '../deployments/digest.ts';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

export function requestCertificateStep(): Step {
	return {
		kind: 'request-certificate',
		id: 'request-certificate',
		title: 'Request a certificate',
		section: 'Certificate',
	};
}

export const requestCertificate: Perform<'request-certificate'> = async (_step, run) => {
	const { domain } = made(run.request, 'the request');
	const { CertificateArn: certificateArn = '' } = await run.session.aws.acm.requestCertificate({
		DomainName: domain,
		ValidationMethod: 'DNS',
		// A request repeated within the hour gets the same certificate.
		IdempotencyToken: sha256(`${run.name}:${domain}`).slice(0, 32),
	});
	return { text: certificateArn, learnt: { certificateArn } };
};
