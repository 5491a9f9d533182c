import { type Check, failed, passed, skipped, warned } from 'pulse-deploy-kit/doctor/check';
import type { CaaRecord } from '../adapters/session.ts';
import { nameCovers } from '../domain/certificate-choice.ts';
import type { CertificateDetail } from '../platform/certificates.ts';
import type { DoctorFacts } from './facts.ts';
import { judged, whyNot } from './judged.ts';

const DAY_MS = 86_400_000;
/** ACM renews earlier than this: one that is not by then will not be. */
const LATE_DAYS = 30;
/** Any of them is ACM (ACM user guide, "Configure a CAA record"). */
const ACM = ['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com'];

/** The name that visitors use. */
export function judgeDomain(facts: DoctorFacts): readonly Check[] {
	return [judgeCertificate(facts), judgeCaa(facts), judgeDns(facts)];
}

function judgeCertificate({ resources, domain: { domain }, now }: DoctorFacts): Check {
	if ('failure' in resources) return skipped('certificate', whyNot(resources.failure));
	const { listener, certificate } = resources.value;
	if ('value' in listener && listener.value === null) return skipped('certificate', 'the listener is not there');
	return judged('certificate', certificate, (found) => {
		if (found === null)
			return failed('certificate', 'the load balancer has none, or it was deleted', 'Run pulse-aws deploy --domain.');
		return judgeFound(found, domain, now);
	});
}

function judgeFound(
	{ status, failureReason, names, expiresAt }: CertificateDetail,
	domain: string | null,
	now: number,
) {
	const days = expiresAt === null ? null : Math.floor((expiresAt - now) / DAY_MS);
	const covers = domain === null ? null : names.some((name) => nameCovers(name, domain));
	const measured = { status, failureReason, days, covers };
	const fail = (found: string, next: string) => failed('certificate', found, next, measured);
	const renew =
		'ACM renews it while its validation record stands: restore the CNAME that ACM shows for it, or deploy with another.';
	if (days !== null && days < 0) return fail('it has expired', renew);
	if (status !== 'ISSUED')
		return fail(`its status is ${status}${failureReason === null ? '' : `: ${failureReason}`}`, 'Deploy with another.');
	if (covers === false)
		return fail(`it is for ${names.join(', ')}, and not for ${domain}`, 'Deploy with --domain, or correct it.');
	if (days !== null && days < LATE_DAYS)
		return warned('certificate', `it expires in ${days} days and was not renewed`, renew, measured);
	return passed('certificate', `issued for ${names.join(', ')}`, measured);
}

function judgeCaa({ domain: { domain, caa }, resources }: DoctorFacts): Check {
	return judged('caa', caa, (records) => {
		const certificate = 'value' in resources ? resources.value.certificate : null;
		const names = certificate !== null && 'value' in certificate ? (certificate.value?.names ?? []) : [];
		const wild = names.some((name) => name.startsWith('*'));
		const measured = { records: records.length, allowed: allows(records, wild) };
		if (records.length === 0) return passed('caa', 'every certification authority may issue', measured);
		if (measured.allowed) return passed('caa', 'Amazon may issue', measured);
		const next = `Add a CAA record to ${domain}, or where the others are: 0 issue${wild ? 'wild' : ''} "amazon.com"`;
		const found = 'the CAA records of the domain let Amazon issue no certificate';
		const issued = certificate !== null && 'value' in certificate && certificate.value?.status === 'ISSUED';
		if (issued) return warned('caa', `${found}: the present one cannot be renewed`, next, measured);
		return failed('caa', found, next, measured);
	});
}

/** Records of the other tag count for wildcards only where none of their own is there (RFC 8659, section 4.3). */
function allows(records: readonly CaaRecord[], wild: boolean): boolean {
	const own = records.filter(({ tag }) => tag === 'issuewild');
	const counting = wild && own.length > 0 ? own : records.filter(({ tag }) => tag === 'issue');
	return counting.length === 0 || counting.some(({ authority }) => ACM.includes(authority));
}

function judgeDns({ domain: { domain, routing }, fleet }: DoctorFacts): Check {
	return judged('dns', routing, ({ ready, proxied, explanation }) => {
		const measured = { ready, proxied };
		if (ready) return passed('dns', explanation, measured);
		const next = `Point ${domain} at the load balancer: a CNAME, or an alias at the apex; pulse-aws deploy tells the record.`;
		const isServing = 'value' in fleet && fleet.value.active !== null;
		return (isServing ? failed : warned)('dns', explanation, next, measured);
	});
}
