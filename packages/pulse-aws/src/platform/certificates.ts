import type { KeyAlgorithm } from '@aws-sdk/client-acm';
import type { Certificate } from '../domain/certificate-choice.ts';
import type { Aws } from './aws.ts';
import { everyPage, optional } from './pages.ts';

/** Without this list ACM tells only of RSA keys up to 2048 bits. */
const KEY_TYPES: KeyAlgorithm[] = [
	'RSA_1024',
	'RSA_2048',
	'RSA_3072',
	'RSA_4096',
	'EC_prime256v1',
	'EC_secp384r1',
	'EC_secp521r1',
];

export async function readCertificates(aws: Pick<Aws, 'acm'>): Promise<Certificate[]> {
	const all = await everyPage(
		(token) =>
			aws.acm.listCertificates({
				CertificateStatuses: ['ISSUED', 'PENDING_VALIDATION'],
				Includes: { keyTypes: KEY_TYPES },
				MaxItems: 1000,
				...optional('NextToken', token),
			}),
		(page) => page.NextToken,
		(page) => page.CertificateSummaryList,
	);
	return all.map((one) => ({
		arn: one.CertificateArn ?? '',
		status: one.Status ?? '',
		names: [one.DomainName ?? '', ...(one.SubjectAlternativeNameSummaries ?? [])],
		expiresAt: one.NotAfter?.getTime() ?? null,
	}));
}

/** A DNS record that the user, or Route 53, must have. */
export interface DnsRecord {
	readonly name: string;
	readonly type: 'CNAME' | 'A' | 'AAAA';
	readonly value: string;
}

export interface CertificateDetail {
	readonly status: string;
	readonly failureReason: string | null;
	/** Domain name and subject alternative names. */
	readonly names: readonly string[];
	/** Unix ms; `null` while pending. */
	readonly expiresAt: number | null;
	/** Empty until ACM has made them up, some seconds after the request. */
	readonly records: readonly DnsRecord[];
}

export async function readCertificate(aws: Pick<Aws, 'acm'>, arn: string): Promise<CertificateDetail> {
	const { Certificate: found } = await aws.acm.describeCertificate({ CertificateArn: arn });
	const records = new Map<string, DnsRecord>();
	for (const option of found?.DomainValidationOptions ?? []) {
		const record = option.ResourceRecord;
		// Apex and wildcard share one record.
		if (record?.Name && record.Value) {
			records.set(record.Name, { name: record.Name, type: 'CNAME', value: record.Value });
		}
	}
	return {
		status: found?.Status ?? '',
		failureReason: found?.FailureReason ?? null,
		names: found?.SubjectAlternativeNames ?? [],
		expiresAt: found?.NotAfter?.getTime() ?? null,
		records: [...records.values()],
	};
}
