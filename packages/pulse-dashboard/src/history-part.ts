import { html, type TemplateResult } from 'lit-html';
import type { HistoryLine } from 'pulse-deploy-kit/history/line';
import { timeOf } from './times.ts';

const MOST = 50;

/** What happened, newest first. */
export function historyPart(history: readonly HistoryLine[], now: number): TemplateResult {
	return html`<section aria-labelledby="history">
		<h2 id="history">What happened</h2>
		${
			history.length === 0
				? html`<p>Nothing is known to have happened yet.</p>`
				: html`<ol class="history">${history.slice(0, MOST).map((line) => entry(line, now))}</ol>`
		}
	</section>`;
}

function entry(line: HistoryLine, now: number): TemplateResult {
	const { at, event, deployment_id, previous_deployment_id, percent, until, by, reason, commit, message } = line;
	const more = [
		previous_deployment_id === null ? null : `before: ${previous_deployment_id}`,
		percent === null ? null : `${percent} % of new visitors`,
		until === null ? null : `by ${timeOf(Date.parse(until), now)}`,
		reason?.replaceAll('_', ' '),
		message,
		commit ? `commit ${commit}` : null,
	].filter(Boolean);
	return html`<li>
		<time datetime=${at}>${timeOf(Date.parse(at), now)}</time>
		<span class="event ${event}">${event}</span>
		<strong>${deployment_id}</strong>
		<span class="facts">${[by ?? 'nobody known', ...more].join(' · ')}</span>
	</li>`;
}
