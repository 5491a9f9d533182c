import type { Session } from '../adapters/session.ts';
import type { HistoryEvent } from '../deployments/history-value.ts';
import { writeHistory } from '../platform/write-history.ts';

/** A history that cannot be written, or not in time, is said, and fails no command. */
export async function writeTold(
	{ aws, host, owner, randomHex, clock }: Session,
	name: string,
	events: readonly HistoryEvent[],
): Promise<void> {
	try {
		await writeHistory({ aws, by: owner, randomHex, clock }, name, events);
	} catch (error) {
		const text = `pulse-aws history will not tell of this: ${error instanceof Error ? error.name : String(error)}`;
		host.notify({ level: 'warning', text });
	}
}
