import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Handlers } from '../calls/handlers.ts';
import type { WorldClock } from '../clock/world-clock.ts';
import { AwsError } from '../errors.ts';
import { dotted, escaped, unescaped, type Zone, type Zones } from './zones.ts';

/** World ms until a change is INSYNC: "usually within 60 seconds" (UNVERIFIED). */
const IN_SYNC_MS = 30_000;

export function route53Api(zones: Zones, clock: WorldClock): Handlers<'route53'> {
	const changes = new Map<string, number>();
	const zoneOf = (id = ''): Zone => {
		const zone = zones.all.find((one) => one.id.endsWith(`/${id.split('/').at(-1)}`));
		if (!zone) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
		return zone;
	};
	const info = (id: string, at: number) => ({
		Id: id,
		Status: clock.now() >= at + IN_SYNC_MS ? ('INSYNC' as const) : ('PENDING' as const),
		SubmittedAt: new Date(at),
	});
	return {
		/** From `DNSName` on, in the order of reversed labels: what follows the name asked for need not end with it. */
		listHostedZonesByName(input) {
			const sorted = [...zones.all].sort((a, b) => (byLabels(a.name) < byLabels(b.name) ? -1 : 1));
			const start = input.DNSName;
			const from = start === undefined ? sorted : sorted.filter((zone) => byLabels(zone.name) >= byLabels(start));
			const most = Math.min(Number(input.MaxItems ?? 100), 100);
			const [next] = from.slice(most);
			return {
				HostedZones: from.slice(0, most).map((zone) => ({
					Id: zone.id,
					Name: zone.name,
					CallerReference: zone.id,
					Config: { PrivateZone: zone.isPrivate },
					ResourceRecordSetCount: zone.records.size,
				})),
				IsTruncated: next !== undefined,
				MaxItems: most,
				...(next ? { NextDNSName: next.name, NextHostedZoneId: next.id } : {}),
			};
		},

		/** By name in the order of reversed labels, then by type; names are escaped. */
		listResourceRecordSets(input) {
			if (input.StartRecordType !== undefined && input.StartRecordName === undefined) {
				throw new AwsError('InvalidInput', 'The input is not valid: a type without a name');
			}
			const place = (name = '', type = '') => `${byLabels(name)}\0${type}`;
			const start = place(input.StartRecordName, input.StartRecordType);
			const sorted = [...zoneOf(input.HostedZoneId).records.values()]
				.sort((a, b) => (place(a.Name, a.Type) < place(b.Name, b.Type) ? -1 : 1))
				.filter((set) => place(set.Name, set.Type) >= start);
			const most = Math.min(Number(input.MaxItems ?? zones.pageSize), zones.pageSize);
			const [next] = sorted.slice(most);
			return {
				ResourceRecordSets: sorted.slice(0, most).map((set) => ({ ...set, Name: escaped(dotted(set.Name ?? '')) })),
				IsTruncated: next !== undefined,
				MaxItems: most,
				...(next ? { NextRecordName: escaped(dotted(next.Name ?? '')), NextRecordType: next.Type } : {}),
			};
		},

		changeResourceRecordSets(input) {
			const zone = zoneOf(input.HostedZoneId);
			const records = new Map(zone.records);
			for (const { Action, ResourceRecordSet: set } of input.ChangeBatch?.Changes ?? []) {
				const name = dotted(unescaped(set?.Name ?? ''));
				const key = `${name} ${set?.Type}`;
				const refuse = (why: string) => {
					throw new AwsError('InvalidChangeBatch', `[Tried to ${Action} resource record set ${key} but ${why}]`);
				};
				if (!set || (name !== zone.name && !name.endsWith(`.${zone.name}`))) refuse(`it is not in zone ${zone.name}`);
				if (set?.Type === 'CNAME' && name === zone.name) refuse('a CNAME is not permitted at the apex');
				const types = [...records.keys()].filter((one) => one.startsWith(`${name} `)).map((one) => one.split(' ')[1]);
				const clash = types.some((type) => type !== set?.Type && (type === 'CNAME' || set?.Type === 'CNAME'));
				if (Action !== 'DELETE' && clash) refuse('it conflicts with other records with the same DNS name');
				if (Action === 'CREATE' && records.has(key)) refuse('it already exists');
				if (Action === 'DELETE') {
					const found = records.get(key);
					if (!found) refuse('it was not found');
					if (answers(found!) !== answers(set!)) refuse('the values provided do not match the current values');
					records.delete(key);
				}
				if (Action !== 'DELETE') records.set(key, set!);
			}
			// One batch, all or nothing.
			zone.records.clear();
			for (const [key, set] of records) zone.records.set(key, set);
			const id = `/change/C${changes.size + 1}`;
			changes.set(id, clock.now());
			return { ChangeInfo: info(id, clock.now()) };
		},

		getChange(input) {
			const id = `/change/${(input.Id ?? '').split('/').at(-1)}`;
			const at = changes.get(id);
			if (at === undefined) throw new AwsError('NoSuchChange', `A change with the ID ${input.Id} does not exist`, 404);
			return { ChangeInfo: info(id, at) };
		},
	};
}

const byLabels = (name: string) => dotted(name).split('.').filter(Boolean).reverse().join(' ');

/** What must be given as it is for a record to be deleted. */
function answers({ TTL, ResourceRecords, AliasTarget }: ResourceRecordSet): string {
	const alias = AliasTarget && { ...AliasTarget, DNSName: dotted(AliasTarget.DNSName ?? '') };
	return JSON.stringify([TTL, ResourceRecords?.map(({ Value }) => Value), alias && Object.entries(alias).sort()]);
}
