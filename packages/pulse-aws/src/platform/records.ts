import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { RecordChange } from '../domain/dns-record.ts';
import { type HostedZone, zoneFor } from '../domain/hosted-zone.ts';
import { plainName } from '../domain/plain-name.ts';
import type { Aws } from './aws.ts';
import { isAwsError, NOT_ALLOWED } from './error-names.ts';
import { everyPage, optional } from './pages.ts';

type Route53 = Pick<Aws, 'route53'>;

/** The public zone of this account that answers for the domain. */
export async function readZone({ route53 }: Route53, domain: string): Promise<HostedZone | null> {
	const zones = await everyPage(
		(token) => {
			const [DNSName, HostedZoneId] = token?.split(' ') ?? [];
			return route53.listHostedZonesByName({
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

/** What stands at the names of these records; a missing right is told by `present: null`. */
export function readChanges(
	aws: Route53,
	zone: HostedZone,
	wanted: readonly ResourceRecordSet[],
): Promise<RecordChange[]> {
	const names = new Map<string, Promise<readonly ResourceRecordSet[] | null>>();
	const at = (name: string) => {
		const reading = names.get(name) ?? readRecords(aws, zone, name);
		names.set(name, reading);
		return reading;
	};
	return Promise.all(wanted.map(async (set) => ({ wanted: set, present: await at(plainName(set.Name ?? '')) })));
}

/** A zone may hold ten thousand records: those of the name stand together, and reading ends behind them. */
async function readRecords(
	{ route53 }: Route53,
	zone: HostedZone,
	name: string,
): Promise<readonly ResourceRecordSet[] | null> {
	const found: ResourceRecordSet[] = [];
	let start: { StartRecordType?: ResourceRecordSet['Type']; StartRecordIdentifier?: string } = {};
	try {
		for (;;) {
			const page = await route53.listResourceRecordSets({
				HostedZoneId: zone.id,
				StartRecordName: name,
				...(start as object),
			});
			const sets = page.ResourceRecordSets ?? [];
			const own = sets.filter((one) => plainName(one.Name ?? '') === name);
			found.push(...own);
			if (!page.IsTruncated || plainName(page.NextRecordName ?? '') !== name) return found;
			start = {
				...optional('StartRecordType', page.NextRecordType),
				...optional('StartRecordIdentifier', page.NextRecordIdentifier),
			};
		}
	} catch (error) {
		if (isAwsError(error, ...NOT_ALLOWED)) return null;
		throw error;
	}
}
