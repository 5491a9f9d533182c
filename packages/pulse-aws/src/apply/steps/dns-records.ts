import type { Change } from '@aws-sdk/client-route-53';
import { LOCKED_QUESTION_MS } from 'pulse-deploy-kit/host';
import { waitFor } from 'pulse-deploy-kit/wait';
import { type HostedZone, zoneFor } from '../../domain/hosted-zone.ts';
import type { DnsRecord } from '../../platform/certificates.ts';
import { isAwsError } from '../../platform/error-names.ts';
import { everyPage } from '../../platform/pages.ts';
import type { Run } from '../run.ts';

const CONSENT = {
	answers: { write: ['y', 'yes'], skip: ['n', 'no', ''] },
	default: 'skip',
	yes: 'skip',
	budgetMs: LOCKED_QUESTION_MS,
} as const;

/** The public zone of this account that answers for the domain. */
async function readZone(run: Run, domain: string): Promise<HostedZone | null> {
	const zones = await everyPage(
		(token) => {
			const [DNSName, HostedZoneId] = token?.split(' ') ?? [];
			return run.session.aws.route53.listHostedZonesByName({
				MaxItems: 100,
				...(DNSName && HostedZoneId ? { DNSName, HostedZoneId } : {}),
			});
		},
		(page) => (page.IsTruncated ? `${page.NextDNSName} ${page.NextHostedZoneId}` : undefined),
		(page) => page.HostedZones,
	);
	return zoneFor(
		zones.map((zone) => ({ id: zone.Id ?? '', name: zone.Name ?? '', isPrivate: zone.Config?.PrivateZone === true })),
		domain,
	);
}

/**
 * Writes records where the account's Route 53 answers for the domain and the user agrees: by `--route53`, or when asked. A
 * record there may be live, so `--yes` alone agrees to nothing.
 * @returns whether they were written
 */
export async function offerRecords(
	run: Run,
	domain: string,
	what: string,
	changes: readonly Change[],
	signal: AbortSignal,
): Promise<boolean> {
	const { aws, host, clock } = run.session;
	const given = run.request?.route53 === true;
	const refused = (error: unknown) => notTaken(run, what, error);
	const zone = await readZone(run, domain).catch(given ? refused : notAllowed);
	if (zone === null) {
		if (given) host.notify({ level: 'warning', text: `No public Route 53 zone here answers for ${domain}.` });
		return false;
	}
	const text = `Write ${what} to the Route 53 zone ${zone.name}?`;
	if (!given && (await host.choose({ text, ...CONSENT })) === 'skip') return false;
	const request = {
		HostedZoneId: zone.id,
		ChangeBatch: { Comment: `pulse-aws: ${what}`, Changes: [...changes] },
	};
	const answer = await aws.route53.changeResourceRecordSets(request).catch(refused);
	if (answer === null) return false;
	const Id = answer.ChangeInfo?.Id;
	if (Id === undefined) return true;
	await waitFor({
		what: 'Route 53 to take over the record',
		budgetMs: 300_000,
		clock,
		signal,
		check: async () => {
			const change = await aws.route53.getChange({ Id }).catch(notAllowed);
			return change === null || change.ChangeInfo?.Status === 'INSYNC' ? true : undefined;
		},
	});
	return true;
}

/** Whose DNS is elsewhere need not allow a look at Route 53. */
function notAllowed(error: unknown): null {
	if (isAwsError(error, ...NOT_ALLOWED)) return null;
	throw error;
}

/** Another record may stand where this one should. Neither undoes a deploy: the user can write the record. */
function notTaken({ session: { host } }: Run, what: string, error: unknown): null {
	if (!isAwsError(error, ...NOT_ALLOWED, 'InvalidChangeBatch')) throw error;
	host.notify({ level: 'warning', text: `Route 53 did not take ${what}: ${(error as Error).message}` });
	return null;
}

const NOT_ALLOWED = ['AccessDenied', 'AccessDeniedException'];

export function upsertCname(record: DnsRecord): Change {
	return {
		Action: 'UPSERT',
		ResourceRecordSet: { Name: record.name, Type: 'CNAME', TTL: 300, ResourceRecords: [{ Value: record.value }] },
	};
}

/** An alias works at the apex of a zone too, where a CNAME may not stand. */
export function upsertAliases(domain: string, loadBalancer: string, loadBalancerZone: string): Change[] {
	return (['A', 'AAAA'] as const).map((Type) => ({
		Action: 'UPSERT',
		ResourceRecordSet: {
			Name: domain,
			Type,
			AliasTarget: { DNSName: loadBalancer, HostedZoneId: loadBalancerZone, EvaluateTargetHealth: false },
		},
	}));
}
