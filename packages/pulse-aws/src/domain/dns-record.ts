import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { HostedZone } from './hosted-zone.ts';
import { plainName } from './plain-name.ts';

/** What writing one record would change. */
export interface RecordChange {
	readonly wanted: ResourceRecordSet;
	/** All that stands at its name; `null`: it cannot be read. */
	readonly present: readonly ResourceRecordSet[] | null;
}

/** Records of the domain before anything is changed, for a deploy that may write them. */
export interface DnsOutlook {
	readonly domain: string;
	/** `null`: no public zone of this account answers for the domain. */
	readonly zone: HostedZone | null;
	/** The zones cannot be listed. */
	readonly denied: boolean;
	readonly changes: readonly RecordChange[];
}

/** Both answer the same. The console puts `dualstack.` before load balancers. */
export function isSameRecord(a: ResourceRecordSet, b: ResourceRecordSet): boolean {
	return a.SetIdentifier === b.SetIdentifier && recordText(a) === recordText(b);
}

/** `shop.example.com A 192.0.2.1 (TTL 300)` */
export function recordText(set: ResourceRecordSet): string {
	return `${plainName(set.Name ?? '')} ${set.Type} ${valueText(set)}`;
}

function valueText({ AliasTarget: alias, ResourceRecords: records, TTL }: ResourceRecordSet): string {
	if (alias !== undefined) return `alias of ${plainName(alias.DNSName ?? '').replace(/^dualstack\./, '')}`;
	return `${(records ?? []).map((one) => (one.Value ?? '').replace(/\.$/, '')).join(', ')} (TTL ${TTL})`;
}

/** What the write replaces: records of the same type. */
export function replaced({ wanted, present }: RecordChange): readonly ResourceRecordSet[] {
	return present?.filter((one) => one.Type === wanted.Type) ?? [];
}

/** The record is there already, for however long resolvers may keep it. */
export const isWritten = ({ wanted, present }: RecordChange): boolean =>
	present?.some((one) => isSameRecord({ ...one, TTL: wanted.TTL }, wanted)) === true;

/** `shop.example.com A: 192.0.2.1 (TTL 300) → alias of …` */
export function changeText(change: RecordChange): string {
	const { wanted, present } = change;
	const stays = present?.some((one) => isBarred(one, wanted)) ? ' (stays: Route 53 takes no record beside it)' : '';
	return `${plainName(wanted.Name ?? '')} ${wanted.Type}: ${presentText(change)} → ${valueText(wanted)}${stays}`;
}

/** A CNAME where an address should stand, or the other way round: only a record of the same type is replaced. */
const isBarred = (one: ResourceRecordSet, wanted: ResourceRecordSet) =>
	one.Type !== wanted.Type && (one.Type === 'CNAME' || wanted.Type === 'CNAME');

function presentText({ wanted, present }: RecordChange): string {
	if (present === null) return 'its present value cannot be read (right route53:ListResourceRecordSets)';
	const values = present
		.filter((one) => one.Type === wanted.Type || isBarred(one, wanted))
		.map((one) => (one.Type === wanted.Type ? valueText(one) : `${one.Type} ${valueText(one)}`));
	return values.length === 0 ? 'none' : values.join('; ');
}

/** What a plan says of them. */
export function outlookNotes({ domain, zone, denied, changes }: DnsOutlook): string[] {
	if (denied) return ['Route 53 cannot be looked at (right route53:ListHostedZonesByName); no record is written.'];
	if (zone === null) return [`No public Route 53 zone here answers for ${domain}; no record is written.`];
	return [
		`Records of the Route 53 zone ${plainName(zone.name)}, where they are needed (now → then):`,
		...changes.map((change) => `  ${changeText(change)}${isWritten(change) ? ' (as it is)' : ''}`),
	];
}
