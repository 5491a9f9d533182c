import type { CertificateStatus, FailureReason, KeyAlgorithm } from '@aws-sdk/client-acm';
import type { Arns } from '../arn.ts';
import type { WorldClock } from '../clock/world-clock.ts';

export interface AcmTimings {
	/** World ms until DescribeCertificate shows the validation records. Default 4,000. */
	readonly recordsMs: number;
	/** World ms from a record that resolves to ISSUED. Default 60,000. */
	readonly issuanceMs: number;
}

/** ACM keeps trying this long, then it is VALIDATION_TIMED_OUT (docs/platform-facts/aws.md §5). */
const TIMES_OUT_MS = 72 * 3_600_000;
const LOOK_MS = 30_000;

export interface StoredCertificate {
	readonly arn: string;
	/** The domain and its alternative names, the domain first. */
	readonly names: readonly string[];
	readonly keyAlgorithm: KeyAlgorithm;
	readonly createdAt: number;
	readonly idempotencyToken: string | undefined;
	status: CertificateStatus;
	failureReason: FailureReason | undefined;
	/** Validation records by name, once ACM shows them. */
	records: ReadonlyMap<string, { readonly name: string; readonly value: string }>;
	issuedAt: number | undefined;
	expiresAt: number | undefined;
}

/** Of public certificates issued since 2026-02-18 (docs/platform-facts/aws.md §5). */
const LASTS_MS = 198 * 86_400_000;

/** `resolves` answers whether the world's DNS has the record. */
export class Certificates {
	readonly all = new Map<string, StoredCertificate>();
	readonly #arns: Arns;
	readonly #clock: WorldClock;
	readonly #timings: AcmTimings;
	readonly #resolves: (record: { name: string; value: string }) => boolean;

	constructor(
		arns: Arns,
		clock: WorldClock,
		timings: AcmTimings,
		resolves: (record: { name: string; value: string }) => boolean,
	) {
		this.#arns = arns;
		this.#clock = clock;
		this.#timings = timings;
		this.#resolves = resolves;
	}

	/** A certificate that is there already: what a test starts from. */
	add(names: readonly string[], status: CertificateStatus = 'ISSUED', keyAlgorithm: KeyAlgorithm = 'RSA_2048'): string {
		return this.#store(names, status, keyAlgorithm, undefined).arn;
	}

	request(names: readonly string[], keyAlgorithm: KeyAlgorithm, token: string | undefined): string {
		const certificate = this.#store(names, 'PENDING_VALIDATION', keyAlgorithm, token);
		this.#clock.after(this.#timings.recordsMs, () => {
			// The apex and its wildcard share one record.
			const records = names.map((name): [string, { name: string; value: string }] => {
				const label = Buffer.from(name.replace(/^\*\./, '')).toString('hex').slice(0, 16);
				return [name, { name: `_${label}.${name.replace(/^\*\./, '')}.`, value: `_${label}.acm-validations.aws.` }];
			});
			certificate.records = new Map(records);
			this.#look(certificate);
		});
		return certificate.arn;
	}

	isIssued(arn: string): boolean {
		return this.all.get(arn)?.status === 'ISSUED';
	}

	/** Sets a status that only time or an authority would bring. */
	set(arn: string, status: CertificateStatus, failureReason?: FailureReason): void {
		Object.assign(this.all.get(arn)!, { status, failureReason });
	}

	#look(certificate: StoredCertificate): void {
		if (certificate.status !== 'PENDING_VALIDATION') return;
		if (this.#clock.now() >= certificate.createdAt + TIMES_OUT_MS) certificate.status = 'VALIDATION_TIMED_OUT';
		else if ([...certificate.records.values()].every(this.#resolves)) {
			this.#clock.after(this.#timings.issuanceMs, () => {
				if (certificate.status !== 'PENDING_VALIDATION') return;
				certificate.status = 'ISSUED';
				certificate.issuedAt = this.#clock.now();
				certificate.expiresAt = certificate.issuedAt + LASTS_MS;
			});
		} else this.#clock.after(LOOK_MS, () => this.#look(certificate));
	}

	#store(
		names: readonly string[],
		status: CertificateStatus,
		keyAlgorithm: KeyAlgorithm,
		idempotencyToken: string | undefined,
	): StoredCertificate {
		const certificate: StoredCertificate = {
			arn: this.#arns.of('acm', `certificate/${this.#arns.id(32)}`),
			names,
			keyAlgorithm,
			createdAt: this.#clock.now(),
			idempotencyToken,
			status,
			failureReason: undefined,
			records: new Map(),
			issuedAt: status === 'ISSUED' ? this.#clock.now() : undefined,
			expiresAt: status === 'ISSUED' ? this.#clock.now() + LASTS_MS : undefined,
		};
		this.all.set(certificate.arn, certificate);
		return certificate;
	}
}
