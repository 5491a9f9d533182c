import type { Outbox } from 'pulse-deploy-kit/notify/deliver';
import { claimNext, type Ledger, type NoticeSender, settle, tellNobody } from 'pulse-deploy-kit/notify/ledger';
import { decodeLedger, encodeLedger } from 'pulse-deploy-kit/notify/ledger-json';
import type { Tidings } from 'pulse-deploy-kit/notify/notice';
import { noticesParameter } from '../deployments/names.ts';
import type { Aws } from './aws.ts';
import { isAwsError, orGone } from './error-names.ts';
import { parameterHistory } from './parameter-history.ts';

type Ssm = Pick<Aws, 'ssm'>;

export interface SsmOutbox {
	readonly aws: Ssm;
	readonly name: string;
	readonly tidings: Tidings;
	readonly now: () => number;
}

/** Of a standard parameter, less what says over which version it was written. */
const MOST_BYTES = 4_000;
const ATTEMPTS = 5;

export function openOutbox(of: SsmOutbox, sender: NoticeSender): Outbox {
	return {
		claim: () => change(of, (ledger) => claimNext(ledger, of.tidings, sender, of.now())),
		settle: async (key) => {
			await change(of, (ledger) => ({ ledger: ledger && settle(ledger, key) }));
		},
	};
}

/** Does nothing where no notices were ever asked for. */
export async function tellNobodyOf(of: SsmOutbox, startedAt: number): Promise<void> {
	await change(of, (ledger) => ({ ledger: ledger && tellNobody(ledger, of.tidings, startedAt, of.now()) }));
}

/**
 * One atomic step, as with the deploy lock: Parameter Store counts the writes of a parameter, each value says over which version
 * it was written, and one that came later than it meant counts for nothing.
 */
async function change<T extends { readonly ledger: Ledger | null }>(
	{ aws, name }: SsmOutbox,
	transition: (ledger: Ledger | null) => T,
): Promise<T> {
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		const { written, version } = await standing(aws, name);
		const result = transition(decodeLedger(written));
		if (result.ledger === null) return result;
		const next = encodeLedger(fitting(result.ledger));
		if (next === written || (await put(aws, name, next, version))) return result;
	}
	throw new Error('too many write down at once what was sent');
}

async function put({ ssm }: Ssm, name: string, ledger: string, over: number): Promise<boolean> {
	const input = {
		Name: noticesParameter(name),
		Value: `[${over},${ledger}]`,
		Type: 'String',
		Overwrite: over > 0,
	} as const;
	try {
		return (await ssm.putParameter(input)).Version === over + 1;
	} catch (error) {
		if (isAwsError(error, 'ParameterAlreadyExists', 'TooManyUpdates')) return false;
		throw error;
	}
}

/** The newest value that counts, and the newest version. */
async function standing(
	aws: Ssm,
	name: string,
): Promise<{ readonly written: string | null; readonly version: number }> {
	const parameter = noticesParameter(name);
	const { Parameters } = await aws.ssm.getParameters({ Names: [parameter] });
	const newest = Parameters?.[0];
	const version = newest?.Version ?? 0;
	const written = countsAt(newest?.Value, version);
	if (newest === undefined || written !== null) return { written, version };
	const earlier = (await orGone(parameterHistory(aws, parameter), 'ParameterNotFound')) ?? [];
	const counted = earlier.flatMap(({ Value, Version = 0 }) => countsAt(Value, Version) ?? []);
	return { written: counted.at(-1) ?? null, version: Math.max(version, ...earlier.map(({ Version = 0 }) => Version)) };
}

function countsAt(value: string | undefined, version: number): string | null {
	const [, over, ledger] = /^\[(\d+),(.*)\]$/s.exec(value ?? '') ?? [];
	return Number(over) === version - 1 ? (ledger ?? null) : null;
}

/** The oldest that wait go first. */
function fitting(ledger: Ledger): Ledger {
	if (Buffer.byteLength(encodeLedger(ledger)) <= MOST_BYTES) return ledger;
	const { waiting, taken } = ledger;
	return fitting(waiting.length > 0 ? { ...ledger, waiting: waiting.slice(1) } : { ...ledger, taken: taken.slice(1) });
}
