import { type HistoryEvent, historyTexts } from '../deployments/history-value.ts';
import { historyParameters } from '../deployments/names.ts';
import type { Aws } from './aws.ts';
import { isAwsError } from './error-names.ts';

export interface HistoryWriter {
	readonly aws: Pick<Aws, 'ssm'>;
	/** Who did it: user, machine, command. */
	readonly by: string;
	readonly randomHex: (bytes: number) => string;
}

/** Of a deployment name. Nothing is read first: each value becomes a version of any of the parameters. */
export async function writeHistory(
	{ aws, by, randomHex }: HistoryWriter,
	name: string,
	events: readonly HistoryEvent[],
): Promise<void> {
	const names = historyParameters(name);
	for (const value of historyTexts(events, by, () => randomHex(8))) {
		const first = Number.parseInt(randomHex(2), 16) % names.length;
		await putOne(aws, [...names.slice(first), ...names.slice(0, first)], value);
	}
}

/** Another command may be writing the same one, and a person may have labelled its oldest version. */
async function putOne(aws: Pick<Aws, 'ssm'>, [Name, ...others]: readonly string[], Value: string): Promise<void> {
	try {
		await aws.ssm.putParameter({ Name, Value, Type: 'String', Overwrite: true });
	} catch (error) {
		const isPassedBy = isAwsError(error, 'TooManyUpdates', 'ParameterMaxVersionLimitExceeded');
		if (!isPassedBy || others.length === 0) throw error;
		await putOne(aws, others, Value);
	}
}
