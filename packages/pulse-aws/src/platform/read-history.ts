import { type HistoryEntry, readHistoryText } from '../deployments/history-text.ts';
import { historyParameters } from '../deployments/names.ts';
import type { Aws } from './aws.ts';
import { isAwsError } from './error-names.ts';
import { everyPage, optional } from './pages.ts';

export interface HistoryMoment extends HistoryEntry {
	/** When it was written, Unix ms, by AWS. */
	readonly at: number;
}

/** Oldest first. */
export async function readHistory(aws: Pick<Aws, 'ssm'>, name: string): Promise<readonly HistoryMoment[]> {
	const versions = (await Promise.all(historyParameters(name).map((one) => versionsOf(aws, one)))).flat();
	const writes = new Map<string, readonly HistoryMoment[]>();
	for (const { Value = '', LastModifiedDate } of versions) {
		const text = readHistoryText(Value);
		const at = LastModifiedDate?.getTime() ?? 0;
		if (text !== null && !writes.has(text.w)) {
			writes.set(
				text.w,
				text.entries.map((entry) => ({ ...entry, at })),
			);
		}
	}
	return [...writes.values()].flat().sort((a, b) => a.at - b.at);
}

async function versionsOf({ ssm }: Pick<Aws, 'ssm'>, Name: string) {
	try {
		return await everyPage(
			(token) => ssm.getParameterHistory({ Name, MaxResults: 50, ...optional('NextToken', token) }),
			(page) => page.NextToken,
			(page) => page.Parameters,
		);
	} catch (error) {
		if (isAwsError(error, 'ParameterNotFound')) return [];
		throw error;
	}
}
