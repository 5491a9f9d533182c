import type { CertificateDetail, CertificateSummary } from '@aws-sdk/client-acm';
import type { Handlers } from '../calls/handlers.ts';
import type { WorldClock } from '../clock/world-clock.ts';
import { AwsError, required } from '../errors.ts';
import { pageOf, pageSize } from '../paging.ts';
import type { Certificates, StoredCertificate } from './certificates.ts';

/** The only ones listed when no key types are asked for (docs/platform-facts/aws.md §5). */
const LISTED_KEY_TYPES = ['RSA_1024', 'RSA_2048'];
/** AWS states no default page; small enough that tests meet a second one (UNVERIFIED). */
const DEFAULT_PAGE = 100;
const TOKEN_LIVES_MS = 3_600_000;
const MOST_NAMES = 10;

export function acmApi(certificates: Certificates, clock: WorldClock): Handlers<'acm'> {
	return {
		listCertificates(input) {
			const keyTypes: readonly string[] = input.Includes?.keyTypes ?? LISTED_KEY_TYPES;
			const found = [...certificates.all.values()]
				.filter(({ status }) => !input.CertificateStatuses || input.CertificateStatuses.includes(status))
				.filter(({ keyAlgorithm }) => keyTypes.includes(keyAlgorithm));
			const size = pageSize(input.MaxItems, DEFAULT_PAGE, 1_000, 'InvalidArgsException');
			const { items, next } = pageOf(found, size, input.NextToken, 'InvalidArgsException');
			return { CertificateSummaryList: items.map(summary), ...(next === undefined ? {} : { NextToken: next }) };
		},

		describeCertificate(input) {
			const certificate = certificates.all.get(input.CertificateArn ?? '');
			if (certificate) return { Certificate: detail(certificate) };
			throw new AwsError('ResourceNotFoundException', `Could not find certificate ${input.CertificateArn}.`);
		},

		requestCertificate(input) {
			const domain = required(input.DomainName, 'DomainName', 'InvalidDomainValidationOptionsException');
			if (domain.length > 64)
				throw new AwsError('ValidationException', 'The first domain name has at most 64 characters.');
			const names = [...new Set([domain, ...(input.SubjectAlternativeNames ?? [])])];
			if (names.length > MOST_NAMES) throw new AwsError('LimitExceededException', `At most ${MOST_NAMES} names.`);
			if (input.ValidationMethod !== 'DNS')
				throw new AwsError('ValidationException', 'Only DNS validation is emulated.');
			const same = [...certificates.all.values()].find(
				(other) =>
					input.IdempotencyToken !== undefined &&
					other.idempotencyToken === input.IdempotencyToken &&
					other.names.join() === names.join() &&
					clock.now() < other.createdAt + TOKEN_LIVES_MS,
			);
			if (same) return { CertificateArn: same.arn };
			const arn = certificates.request(names, input.KeyAlgorithm ?? 'RSA_2048', input.IdempotencyToken);
			return { CertificateArn: arn };
		},
	};
}

function summary(certificate: StoredCertificate): CertificateSummary {
	return {
		CertificateArn: certificate.arn,
		DomainName: certificate.names[0],
		SubjectAlternativeNameSummaries: [...certificate.names],
		HasAdditionalSubjectAlternativeNames: false,
		Status: certificate.status,
		Type: 'AMAZON_ISSUED',
		KeyAlgorithm: certificate.keyAlgorithm,
		CreatedAt: new Date(certificate.createdAt),
		...validity(certificate),
	};
}

function detail(certificate: StoredCertificate): CertificateDetail {
	const validated =
		certificate.status === 'ISSUED' ? 'SUCCESS' : certificate.status === 'FAILED' ? 'FAILED' : undefined;
	return {
		CertificateArn: certificate.arn,
		DomainName: certificate.names[0],
		SubjectAlternativeNames: [...certificate.names],
		DomainValidationOptions: certificate.names.map((name) => {
			const record = certificate.records.get(name);
			return {
				DomainName: name,
				ValidationMethod: 'DNS',
				ValidationStatus: validated ?? 'PENDING_VALIDATION',
				...(record ? { ResourceRecord: { Name: record.name, Type: 'CNAME', Value: record.value } } : {}),
			};
		}),
		Status: certificate.status,
		Type: 'AMAZON_ISSUED',
		KeyAlgorithm: certificate.keyAlgorithm,
		CreatedAt: new Date(certificate.createdAt),
		...validity(certificate),
		...(certificate.failureReason ? { FailureReason: certificate.failureReason } : {}),
	};
}

function validity({ issuedAt, expiresAt }: StoredCertificate) {
	return {
		...(issuedAt === undefined ? {} : { IssuedAt: new Date(issuedAt), NotBefore: new Date(issuedAt) }),
		...(expiresAt === undefined ? {} : { NotAfter: new Date(expiresAt) }),
	};
}
