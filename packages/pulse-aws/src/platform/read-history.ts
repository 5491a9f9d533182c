import { type HistoryEntry, readHistoryText } from '../deployments/history-text.ts';
import { historyParameters } from '../deployments/names.ts';
import type { Aws } from './aws.ts';
import { orGone } from './error-names.ts';
import { parameterHistory } from './parameter-history.ts';

export interface HistoryMoment extends HistoryEntry {
	/** When it was written, Unix ms, by AWS. */
	readonly at: number;
	/** The same whenever it is read. */
	readonly key: string;
}

/** Oldest first. */
export async function readHistory(aws: Pick<Aws, 'ssm'>, name: string): Promise<readonly HistoryMoment[]> {
	const versions = (
		await Promise.all(historyParameters(name).map((one) => orGone(parameterHistory(aws, one), 'ParameterNotFound')))
	).flatMap((all) => all ?? []);
	const writes = new Map<string, readonly HistoryMoment[]>();
	for (const { Value = '', LastModifiedDate } of versions) {
		const text = readHistoryText(Value);
		const at = LastModifiedDate?.getTime() ?? 0;
		if (text !== null && !writes.has(text.w)) {
			writes.set(
				text.w,
				text.entries.map((entry, index) => ({ ...entry, at, key: `${text.w}-${index}` })),
			);
		}
	}
	return [...writes.values()].flat().sort((a, b) => a.at - b.at);
}
