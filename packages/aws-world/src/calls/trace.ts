import type { CallName } from './handlers.ts';

export interface CallRecord {
	/** The first call of a caller is 1. */
	readonly index: number;
	readonly call: CallName;
	readonly input: unknown;
	/** World time, Unix ms. */
	readonly at: number;
	/** A read of a kind one waits on, repeated with the same input. */
	readonly polling: boolean;
	/** `ok` or the error's name; `pending` while it runs, and for ever when the caller was killed. */
	outcome: string;
}

export interface CallSummary {
	/** Calls that are not polling. */
	readonly calls: number;
	readonly polling: number;
	/** Counts by name, polling left out, most frequent first. */
	readonly byCall: Readonly<Record<string, number>>;
}

const WAITED_ON: ReadonlySet<CallName> = new Set<CallName>([
	'ecs.describeServices',
	'ecs.listTasks',
	'ecs.describeTasks',
	'elb.describeTargetHealth',
	'acm.describeCertificate',
	'cloudformation.describeStacks',
	'cloudformation.describeStackEvents',
	'route53.getChange',
	'ssm.getParameters',
]);

/** The calls of one caller, in order. */
export class Trace {
	readonly records: CallRecord[] = [];
	readonly #seen = new Set<string>();

	start(call: CallName, input: unknown, at: number): CallRecord {
		const key = `${call} ${JSON.stringify(input)}`;
		const record: CallRecord = {
			index: this.records.length + 1,
			call,
			input,
			at,
			polling: WAITED_ON.has(call) && this.#seen.has(key),
			outcome: 'pending',
		};
		this.#seen.add(key);
		this.records.push(record);
		return record;
	}

	count(call: CallName): number {
		return this.records.filter((record) => record.call === call).length;
	}

	summary(): CallSummary {
		const counted = this.records.filter((record) => !record.polling);
		const counts = new Map<string, number>();
		for (const { call } of counted) counts.set(call, (counts.get(call) ?? 0) + 1);
		return {
			calls: counted.length,
			polling: this.records.length - counted.length,
			byCall: Object.fromEntries([...counts].sort(([, a], [, b]) => b - a)),
		};
	}
}
