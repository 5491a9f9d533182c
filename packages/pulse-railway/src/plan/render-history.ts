import type { HistoryLine } from '../commands/history.ts';

/** Newest first, a line each. */
export function renderHistory(entries: readonly HistoryLine[]): string {
	if (entries.length === 0) return 'Nothing is known to have happened yet.';
	return entries
		.map(({ at, event, deployment_id, previous_deployment_id, until, percent, by, reason }) => {
			const from = previous_deployment_id === null ? '' : ` (before: ${previous_deployment_id})`;
			const time = until === null ? '' : ` (by ${until.slice(0, 19)}Z)`;
			const share = percent === null ? '' : ` (${percent} % of new visitors)`;
			const why = reason === null ? '' : `, ${reason.replaceAll('_', ' ')}`;
			return `${at.slice(0, 19)}Z  ${event.padEnd(9)}  ${deployment_id}${from}${time}${share}  ${by ?? 'nobody known'}${why}`;
		})
		.join('\n');
}
