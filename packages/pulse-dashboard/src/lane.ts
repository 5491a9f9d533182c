import { html, nothing, type TemplateResult } from 'lit-html';
import type { DashboardView, VersionView } from 'pulse-deploy-kit/dashboard/view';
import { chartOf } from './charts.ts';
import { type Choose, countdown } from './now.ts';
import { STATES } from './states.ts';
import { spanOf } from './times.ts';

/** One version over time. */
export function lane(
	version: VersionView,
	view: DashboardView,
	now: number,
	isBusy: boolean,
	choose: Choose,
): TemplateResult {
	const { id, state, kind, running, createdAt, kept, cost, offers, heldReasons } = version;
	const age = createdAt === null ? null : `up for ${spanOf(now - createdAt)}`;
	return html`<article class="lane" id="version-${id}" tabindex="-1" aria-labelledby="name-${id}">
		<header>
			<h3 id="name-${id}">${id}</h3>
			<span class="state ${state}">${state}</span>
			<span class="facts">${[kind, running, age].filter(Boolean).join(' · ')}</span>
		</header>
		<p>${capital(kept.text)}${countdown(kept, now)}</p>
		<dl class="numbers">
			<div><dt>People</dt><dd>${version.people.total ?? '?'}</dd></div>
			${STATES.map((state) => stateCount(version, state))}
			<div><dt>Sockets</dt><dd>${version.sockets ?? '?'}</dd></div>
			<div><dt>Requests/s</dt><dd>${version.requestsPerSecond ?? '?'}</dd></div>
			<div class=${(version.failuresPerSecond ?? 0) > 0 ? 'bad' : ''}><dt>Failures/s</dt><dd>${version.failuresPerSecond ?? '?'}</dd></div>
		</dl>
		${heldReasons.length === 0 ? nothing : html`<p class="facts">Held for: ${heldReasons.map((reason) => `“${reason}”`).join(', ')}</p>`}
		<div class="charts">
			${chartOf(id, 'people', view)}
			${chartOf(id, 'traffic', view)}
		</div>
		<footer>
			${offers.map(
				(offer) =>
					html`<button ?disabled=${isBusy} title=${offer.describe} aria-label="${offer.label}: ${id}" @click=${() => choose(offer, id)}>${offer.label}</button>`,
			)}
			${cost === null ? nothing : html`<span class="facts">${cost}</span>`}
		</footer>
	</article>`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Of those who do not say, only that there are some. */
function stateCount({ people }: VersionView, { key, name, describe }: (typeof STATES)[number]) {
	const { total, busy, idle, hidden, held } = people;
	const told = (busy ?? 0) + (idle ?? 0) + (hidden ?? 0) + (held ?? 0);
	const count = key === 'other' ? Math.max(0, (total ?? 0) - told) : people[key];
	if (key === 'other' && count === 0) return nothing;
	return html`<div><dt><span class="swatch ${key}"></span><abbr title=${describe}>${name}</abbr></dt><dd>${count ?? '?'}</dd></div>`;
}
