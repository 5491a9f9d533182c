import type { Change } from '@aws-sdk/client-route-53';
import { waitFor } from 'pulse-deploy-kit/wait';
import { type HostedZone, zoneFor } from '../../domain/hosted-zone.ts';
import type { DnsRecord } from '../../platform/certificates.ts';
import { everyPage } from '../../platform/pages.ts';
import type { Run } from '../run.ts';

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
 * Writes records where the account's Route 53 answers for the domain and the user agrees (`--route53`, or asked).
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
	const zone = await readZone(run, domain);
	if (zone === null) return false;
	const agreed =
		run.request?.route53 === true ||
		(await host.ask({ text: `Write ${what} to the Route 53 zone ${zone.name}?`, default: false }));
	if (!agreed) return false;
	const { ChangeInfo } = await aws.route53.changeResourceRecordSets({
		HostedZoneId: zone.id,
		ChangeBatch: { Comment: `pulse-aws: ${what}`, Changes: [...changes] },
	});
	const Id = ChangeInfo?.Id;
	if (Id === undefined) return true;
	await waitFor({
		what: 'Route 53 to take over the record',
		budgetMs: 300_000,
		clock,
		signal,
		check: async () => ((await aws.route53.getChange({ Id })).ChangeInfo?.Status === 'INSYNC' ? true : undefined),
	});
	return true;
}

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
