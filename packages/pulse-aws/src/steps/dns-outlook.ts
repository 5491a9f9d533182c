import { looking, type Session } from '../adapters/session.ts';
import type { DeployRequest } from '../config/deploy.ts';
import type { Certificate } from '../domain/certificate-choice.ts';
import type { DnsOutlook } from '../domain/dns-record.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import { readCertificate } from '../platform/certificates.ts';
import { isAwsError, NOT_ALLOWED } from '../platform/error-names.ts';
import { readChanges, readZone } from '../platform/records.ts';
import { aliases, cname } from './dns-records.ts';

/** What `--route53` would write, and what stands there: shown before anything is changed. */
export async function readDnsOutlook(
	session: Session,
	{ domain }: Pick<DeployRequest, 'domain'>,
	outputs: BaselineOutputs | null,
	certificate: Pick<Certificate, 'arn' | 'status'> | null,
): Promise<DnsOutlook> {
	const aws = looking(session);
	let denied = false;
	const zone = await readZone(aws, domain).catch((error: unknown) => {
		if (!isAwsError(error, ...NOT_ALLOWED)) throw error;
		denied = true;
		return null;
	});
	if (zone === null) return { domain, zone, denied, changes: [] };
	// That of a certificate which is still to be requested is known only then, and its name is ACM's own.
	const validation =
		certificate?.status === 'PENDING_VALIDATION' ? (await readCertificate(aws, certificate.arn)).records : [];
	const alias = aliases(domain, outputs?.albDnsName ?? 'the load balancer', outputs?.albHostedZoneId ?? '');
	return { domain, zone, denied, changes: await readChanges(aws, zone, [...validation.map(cname), ...alias]) };
}
