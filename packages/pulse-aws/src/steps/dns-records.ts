import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { LOCKED_QUESTION_MS } from 'pulse-deploy-kit/host';
import { unlessAborted } from 'pulse-deploy-kit/unless-aborted';
import { waitFor } from 'pulse-deploy-kit/wait';
import {
	changeText,
	isSameRecord,
	isWritten,
	outlookNotes,
	type RecordChange,
	recordText,
	replaced,
} from '../domain/dns-record.ts';
import type { HostedZone } from '../domain/hosted-zone.ts';
import type { DnsRecord } from '../platform/certificates.ts';
import { isAwsError, NOT_ALLOWED } from '../platform/error-names.ts';
import { readChanges, readZone } from '../platform/records.ts';
import type { Run } from './run.ts';

const CONSENT = {
	answers: { write: ['y', 'yes'], skip: ['n', 'no', ''] },
	default: 'skip',
	yes: 'skip',
	budgetMs: LOCKED_QUESTION_MS,
} as const;

/** What became of records that should be there. */
interface Offered {
	readonly there: boolean;
	/** As they were. */
	readonly replaced: readonly string[];
}

const NOT_THERE: Offered = { there: false, replaced: [] };

/**
 * Writes records where the account's Route 53 answers for the domain and the user agrees: by `--route53`, or when asked. A
 * record there may be live, so `--yes` alone agrees to nothing.
 */
export async function offerRecords(
	run: Run,
	domain: string,
	what: string,
	wanted: readonly ResourceRecordSet[],
	signal: AbortSignal,
): Promise<Offered> {
	const { aws, host } = run.session;
	const { dns } = run;
	const given = dns !== null;
	// The zone of the plan, also where there was none: the yes did not cover what another one holds.
	const zone = given ? dns.zone : await readZone(aws, domain).catch(notAllowed);
	if (zone === null) {
		if (given) host.notify({ level: 'warning', text: outlookNotes(dns).join('\n') });
		return NOT_THERE;
	}
	const seen = await readChanges(aws, zone, wanted).catch((error: unknown) => notTaken(run, what, error));
	if (seen === null) return NOT_THERE;
	const changes = seen.filter((change) => !isWritten(change));
	if (changes.length === 0) return { there: true, replaced: [] };
	const lines = changes.map((change) => `\n${changeText(change)}`).join('');
	const text = `Write ${what} to the Route 53 zone ${zone.name}?${lines}`;
	if (!given && (await unlessAborted(host.choose({ text, ...CONSENT }), signal)) === 'skip') return NOT_THERE;
	const moved = changes.filter((change) => isOther(run, change));
	if (given && moved.length > 0) {
		const now = moved.map(changeText).join('; ');
		host.notify({ level: 'warning', text: `Route 53 was changed since the plan, so ${what} was not written: ${now}` });
		return NOT_THERE;
	}
	if (given) host.notify({ level: 'info', text: `Route 53:${lines}` });
	return write(run, zone, what, changes, signal);
}

/** The plan has shown another value, or none, so the yes did not cover replacing this one. */
function isOther({ dns }: Run, change: RecordChange): boolean {
	const planned = dns?.changes.find(
		({ wanted: { Name, Type } }) => Name === change.wanted.Name && Type === change.wanted.Type,
	);
	if (planned?.present === null || change.present === null) return false;
	const before = planned === undefined ? [] : replaced(planned);
	const now = replaced(change);
	return before.length !== now.length || now.some((one) => !before.some((other) => isSameRecord(one, other)));
}

/** All of them or none, and only what was read is replaced: Route 53 refuses to delete what has another value by now. */
async function write(
	run: Run,
	zone: HostedZone,
	what: string,
	changes: readonly RecordChange[],
	signal: AbortSignal,
): Promise<Offered> {
	const { aws, clock } = run.session;
	const old = changes.flatMap(replaced);
	const batch = changes.flatMap((change): Change[] =>
		change.present === null
			? [{ Action: 'UPSERT', ResourceRecordSet: change.wanted }]
			: [
					...replaced(change).map((set) => ({ Action: 'DELETE' as const, ResourceRecordSet: set })),
					{ Action: 'CREATE', ResourceRecordSet: change.wanted },
				],
	);
	// Of records with a routing policy, this one would be the only one left.
	if (old.some((set) => set.SetIdentifier !== undefined)) {
		notTaken(run, what, 'records with a routing policy stand there');
		return NOT_THERE;
	}
	const request = { HostedZoneId: zone.id, ChangeBatch: { Comment: `pulse-aws: ${what}`, Changes: batch } };
	const answer = await aws.route53.changeResourceRecordSets(request).catch(async (error: unknown) => {
		const wanted = changes.map((change) => change.wanted);
		// The SDK repeats a call whose answer was lost, and then meets its own record.
		const isThere = isAwsError(error, 'InvalidChangeBatch') && (await readChanges(aws, zone, wanted)).every(isWritten);
		return isThere ? { ChangeInfo: undefined } : notTaken(run, what, error);
	});
	if (answer === null) return NOT_THERE;
	const offered = { there: true, replaced: old.map(recordText) };
	const Id = answer.ChangeInfo?.Id;
	if (Id === undefined) return offered;
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
	return offered;
}

/** Whose DNS is elsewhere need not allow a look at Route 53. */
function notAllowed(error: unknown): null {
	if (isAwsError(error, ...NOT_ALLOWED)) return null;
	throw error;
}

/** Another record may stand where this one should, or the zone is gone. None undoes a deploy: the user can write the record. */
function notTaken({ session: { host } }: Run, what: string, why: unknown): null {
	if (typeof why !== 'string' && !isAwsError(why, ...NOT_ALLOWED, 'InvalidChangeBatch', 'NoSuchHostedZone')) throw why;
	const text = why instanceof Error ? why.message : why;
	host.notify({ level: 'warning', text: `Route 53 did not take ${what}: ${text}` });
	return null;
}

export function cname(record: DnsRecord): ResourceRecordSet {
	return { Name: record.name, Type: 'CNAME', TTL: 300, ResourceRecords: [{ Value: record.value }] };
}

/** An alias works at the apex of a zone too, where a CNAME may not stand. */
export function aliases(domain: string, loadBalancer: string, loadBalancerZone: string): ResourceRecordSet[] {
	return (['A', 'AAAA'] as const).map((Type) => ({
		Name: domain,
		Type,
		AliasTarget: { DNSName: loadBalancer, HostedZoneId: loadBalancerZone, EvaluateTargetHealth: false },
	}));
}
