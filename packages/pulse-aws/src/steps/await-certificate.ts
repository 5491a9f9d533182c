import { DeployToolError } from 'pulse-deploy-kit/errors';
import { unlessAborted } from 'pulse-deploy-kit/unless-aborted';
import { waitFor } from 'pulse-deploy-kit/wait';
import { certificateProgress } from '../domain/certificate-choice.ts';
import type { Step } from '../plan/step.ts';
import { type CertificateDetail, type DnsRecord, readCertificate } from '../platform/certificates.ts';
import { cname, offerRecords } from './dns-records.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

/** Usually minutes; sometimes more than half an hour. ACM itself gives up after 72 h. */
const ISSUE_MS = 45 * 60_000;
const RECORDS_MS = 60_000;

/** Contract A2.2: a person presses Enter; without a person to ask, the deploy is run again once the records are there. */
const RECORDS_THERE = {
	text: 'Add the records, then go on. Wait for the certificate?',
	answers: { wait: [''], cancel: ['cancel', 'c', 'quit', 'q'] },
	default: 'cancel',
	yes: 'wait',
} as const;

export function awaitCertificateStep(): Step {
	return {
		kind: 'await-certificate',
		id: 'await-certificate',
		title: 'Wait for the certificate to be issued',
		section: 'Certificate',
	};
}

/** Ends on every terminal status; without anybody to ask and without Route 53 it ends at once, telling what to do. */
export const awaitCertificate: Perform<'await-certificate'> = async (_step, run, signal, tell) => {
	const { aws, clock, host } = run.session;
	const { domain } = made(run.request, 'the request');
	const arn = made(run.certificateArn, 'the certificate');
	const detail = await waitFor({
		what: 'the validation records of the certificate',
		budgetMs: RECORDS_MS,
		clock,
		signal,
		check: async () => {
			const seen = await look();
			return seen.status === 'ISSUED' || seen.records.length > 0 ? seen : undefined;
		},
		next: `ACM made no DNS records for ${arn}. If it is validated by e-mail, answer that, or choose another with --certificate-arn.`,
	});
	if (detail.status === 'ISSUED') return 'issued';
	showRecords(detail.records);
	const { there, replaced } = await offerRecords(
		run,
		domain,
		'the validation record',
		detail.records.map(cname),
		signal,
	);
	if (!there && (await unlessAborted(host.choose(RECORDS_THERE), signal)) === 'cancel') {
		throw new DeployToolError('certificate-pending', `The certificate for ${domain} waits for its DNS records.`, {
			fault: 'user',
			detail: detail.records.map(recordText).join('\n'),
			next: 'Add the records (at Cloudflare as "DNS only"), then run the same command again.',
		});
	}
	await waitFor({
		what: `the certificate for ${domain}`,
		budgetMs: ISSUE_MS,
		intervalsMs: [2000, 5000],
		clock,
		signal,
		check: async () => {
			tell('ACM looks for the validation records');
			return (await look()).status === 'ISSUED' ? true : undefined;
		},
		next: 'Check the records, then run the same command again: it goes on with the same certificate.',
	});
	return { text: 'issued', learnt: { replacedRecords: [...run.replacedRecords, ...replaced] } };

	async function look(): Promise<CertificateDetail> {
		const seen = await readCertificate(aws, arn);
		if (certificateProgress(seen.status) !== 'ended') return seen;
		throw new DeployToolError('certificate-failed', `The certificate for ${domain} ended as ${seen.status}.`, {
			fault: 'user',
			...(seen.failureReason === null ? {} : { detail: `ACM says: ${seen.failureReason}` }),
			next: `Correct the cause and delete it (aws acm delete-certificate --certificate-arn ${arn}), then deploy again.`,
		});
	}

	function showRecords(records: readonly DnsRecord[]): void {
		const lines = [`🔗 Configure DNS for ${domain}`, ...records.map(recordText)];
		for (const text of lines) host.notify({ level: 'info', text });
	}
};

const recordText = (record: DnsRecord) => `${record.name} ${record.type} ${record.value}`;
