import { printableLine } from '../printable.ts';
import type { HistoryLine } from './line.ts';

/** Newest first, a line each. */
export function renderHistory(entries: readonly HistoryLine[]): string {
	if (entries.length === 0) return 'Nothing is known to have happened yet.';
	return entries.map((entry) => printableLine(lineOf(entry))).join('\n');
}

function lineOf(entry: HistoryLine): string {
	const { at, event, deployment_id, previous_deployment_id, until, percent, by, reason } = entry;
	const from = previous_deployment_id === null ? '' : ` (before: ${previous_deployment_id})`;
	const of = entry.made_of ? ` (made of ${entry.made_of})` : '';
	const time = until === null ? '' : ` (by ${until.slice(0, 19)}Z)`;
	const share = percent === null ? '' : ` (${percent} % of new visitors)`;
	const why = reason === null ? '' : `, ${reason.replaceAll('_', ' ')}`;
	return `${at.slice(0, 19)}Z  ${event.padEnd(9)}  ${deployment_id}${of}${from}${time}${share}  ${by ?? 'nobody known'}${why}${contents(entry)}`;
}

/** The message and the commit; without either, the image. */
function contents({ message, commit, image }: HistoryLine): string {
	const said = [message, commit ? `commit ${commit}` : null].filter((text) => typeof text === 'string' && text !== '');
	if (said.length > 0) return `  ${said.join(', ')}`;
	return image ? `  ${image}` : '';
}
