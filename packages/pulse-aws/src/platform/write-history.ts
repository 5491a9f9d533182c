import type { Clock } from 'pulse-deploy-kit/clock';
import { withinBudget } from 'pulse-deploy-kit/within-budget';
import { type HistoryEvent, historyTexts } from '../deployments/history-value.ts';
import { historyParameters } from '../deployments/names.ts';
import type { Aws } from './aws.ts';
import { isAwsError } from './error-names.ts';

export interface HistoryWriter {
	readonly aws: Pick<Aws, 'ssm'>;
	/** Who did it: user, machine, command. */
	readonly by: string;
	readonly randomHex: (bytes: number) => string;
	readonly clock: Clock;
}

/** What is told of is done by then, and a person waits for the command to end. */
const BUDGET_MS = 10_000;

/** Of a deployment name. Nothing is read first: each value becomes a version of any of the parameters. */
export function writeHistory(
	{ aws, by, randomHex, clock }: HistoryWriter,
	name: string,
	events: readonly HistoryEvent[],
): Promise<void> {
	const names = historyParameters(name);
	return withinBudget(clock, BUDGET_MS, async (abortSignal) => {
		for (const value of historyTexts(events, by, () => randomHex(8))) {
			const first = Number.parseInt(randomHex(2), 16) % names.length;
			await putOne({ aws, abortSignal }, [...names.slice(first), ...names.slice(0, first)], value);
		}
	});
}

interface Writing {
	readonly aws: Pick<Aws, 'ssm'>;
	readonly abortSignal: AbortSignal;
}

/** Another command may be writing the same one, and a person may have labelled its oldest version. */
async function putOne(by: Writing, [Name, ...others]: readonly string[], Value: string): Promise<void> {
	const { aws, abortSignal } = by;
	try {
		await aws.ssm.putParameter({ Name, Value, Type: 'String', Overwrite: true }, { abortSignal });
	} catch (error) {
		const isPassedBy = isAwsError(error, 'TooManyUpdates', 'ParameterMaxVersionLimitExceeded');
		if (!isPassedBy || others.length === 0) throw error;
		await putOne(by, others, Value);
	}
}
