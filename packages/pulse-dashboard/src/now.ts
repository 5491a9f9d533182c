import { html, nothing, type TemplateResult } from 'lit-html';
import type { DashboardView, NextLine, Offer, VersionView, WayBack } from 'pulse-deploy-kit/dashboard/view';
import { spanOf } from './times.ts';

export type Choose = (offer: Offer, id: string | null) => void;

/** What a newcomer looks for first: how many people on which version, what happens next, and how to go back. */
export function nowPart(view: DashboardView, now: number, isBusy: boolean, choose: Choose): TemplateResult {
	return html`
		${view.alarms.map((alarm) => html`<p class="alarm" role="alert">${alarm}</p>`)}
		<section class="now" aria-label="Now">
			<div class="card">
				<h2>People</h2>
				<p class="big"><strong data-people>${view.people ?? '?'}</strong> ${aboutPeople(view)}</p>
				<ul class="who">${view.versions.map(row)}</ul>
			</div>
			<div class="card">
				<h2>What happens next</h2>
				<ul class="next">${view.next.map((line) => html`<li>${line.text}${countdown(line, now)}</li>`)}</ul>
			</div>
			<div class="card">
				<h2>To go back</h2>
				<p>${view.back.text}</p>
				${
					view.back.id === null
						? nothing
						: html`<button class="main" ?disabled=${isBusy} @click=${() => choose(BACK, null)}>${view.back.label}</button>`
				}
				${againPart(view.back, isBusy, choose)}
			</div>
		</section>`;
}

/** What does not run any more comes first only where nothing else is left to go back to. */
function againPart({ id, again }: WayBack, isBusy: boolean, choose: Choose): TemplateResult | typeof nothing {
	const button = ({ id, offer }: WayBack['again'][number], isMain = false) =>
		html`<button class=${isMain ? 'main' : ''} ?disabled=${isBusy} title=${offer.describe} @click=${() => choose(offer, id)}>${offer.label}</button>`;
	const [first, ...others] = again;
	if (first === undefined) return nothing;
	const rest = id === null ? others : again;
	return html`${id === null ? button(first, true) : nothing}
		${rest.length === 0 ? nothing : html`<details class="again"><summary>Start an earlier version again</summary>${rest.map((one) => button(one))}</details>`}`;
}

const BACK: Offer = { verb: 'rollback', label: 'Roll back', describe: '' };

function aboutPeople({ people, versions, untold }: DashboardView): string {
	const noun = people === 1 ? 'person' : 'people';
	const where = versions.length === 1 ? 'on 1 version' : `on ${versions.length} versions`;
	const rest =
		untold === 0 ? '' : `, without ${untold === 1 ? 'one' : untold} that ${untold === 1 ? 'does' : 'do'} not tell`;
	return `${noun} ${where}${rest}`;
}

function row({ id, state, people }: VersionView): TemplateResult {
	return html`<li>
		<button class="link" @click=${() => jump(id)}>${id}</button>
		<span class="state ${state}">${state}</span>
		<span class="count" data-people-on=${id}>${people.total ?? '?'}</span>
	</li>`;
}

function jump(id: string): void {
	const lane = document.getElementById(`version-${id}`);
	lane?.scrollIntoView();
	lane?.focus({ preventScroll: true });
}

export function countdown({ at }: NextLine, now: number): TemplateResult | typeof nothing {
	return at === null || at <= now ? nothing : html` <span class="countdown">(in ${spanOf(at - now)})</span>`;
}
