import { html, nothing, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import type { Action } from 'pulse-deploy-kit/dashboard/action';
import { type Model, mayAgree } from './model.ts';

export interface DialogDeeds {
	/** Asks for the plan of what is made up. */
	order(value: string): void;
	answer(yes: boolean): void;
	interrupt(): void;
	/** Puts the dialog away; what was agreed to goes on. */
	hide(): void;
}

/** The plan and the question of the command, and what comes of it. */
export function dialogPart(model: Model, deeds: DialogDeeds): TemplateResult {
	const { action, draft, isOpen } = model;
	const title = draft === null ? (action?.command ?? '') : `${draft.offer.label.replace(/…$/, '')} ${draft.id ?? ''}`;
	return html`<dialog
		aria-labelledby="dialog-title"
		${ref((element) => shown(element, isOpen))}
		@cancel=${(event: Event) => {
			event.preventDefault();
			putAway(model, deeds);
		}}
	>
		${
			isOpen
				? html`<h2 id="dialog-title">${title}</h2>${draft === null ? (action === null ? nothing : actionPart(action, mayAgree(model, Date.now()), deeds)) : draftPart(model, deeds)}`
				: html`<h2 id="dialog-title">Nothing is under way</h2>`
		}
	</dialog>`;
}

function shown(element: Element | undefined, isOpen: boolean): void {
	if (!(element instanceof HTMLDialogElement) || element.open === isOpen) return;
	if (isOpen) queueMicrotask(() => element.isConnected && !element.open && element.showModal());
	else element.close();
}

function putAway({ action, draft }: Model, deeds: DialogDeeds): void {
	if (draft === null && action?.phase === 'asking') deeds.answer(false);
	else if (draft === null && action?.phase === 'planning') deeds.interrupt();
	deeds.hide();
}

function draftPart({ draft, refused }: Model, deeds: DialogDeeds): TemplateResult {
	const asks = draft?.offer.asks;
	const send = (event: Event) => {
		event.preventDefault();
		deeds.order(String(new FormData(event.target as HTMLFormElement).get('value') ?? ''));
	};
	return html`<form @submit=${send}>
		<p>${draft?.offer.describe}</p>
		${
			asks === undefined
				? nothing
				: html`<label>${asks.label}<input name="value" .defaultValue=${asks.usual} required maxlength="40" autocomplete="off" aria-describedby="dialog-hint"></label>
					<p id="dialog-hint" class="facts">${asks.hint}</p>`
		}
		${refused === null ? nothing : html`<p class="alarm" role="alert">${refused}</p>`}
		<div class="buttons">
			<button class="main" type="submit">Show the plan</button>
			<button type="button" @click=${deeds.hide}>Cancel</button>
		</div>
	</form>`;
}

function actionPart(action: Action, isRead: boolean, deeds: DialogDeeds): TemplateResult {
	const { phase, said, steps, question, outcome } = action;
	return html`
		${phase === 'planning' ? html`<p class="wait">Looking at what stands, to make the plan…</p>` : nothing}
		${said.length === 0 ? nothing : html`<pre class="plan" tabindex="0" aria-label="Plan">${said.join('\n')}</pre>`}
		${
			steps.length === 0
				? nothing
				: html`<ol class="steps">${steps.map(({ state, text }) => html`<li class=${state}><span class="mark" aria-hidden="true"></span>${text} <span class="sr-only">(${state})</span></li>`)}</ol>`
		}
		${question === null ? nothing : html`<p class="question">${question.text}</p>`}
		${outcome === null ? nothing : html`<p class=${phase === 'done' ? 'good' : 'alarm'} role="status">${outcome}</p>`}
		<div class="buttons">${buttons(action, isRead, deeds)}</div>`;
}

function buttons({ phase, question }: Action, isRead: boolean, deeds: DialogDeeds): TemplateResult {
	if (question !== null)
		return html`<button class="main" ?disabled=${!isRead} ${ref(question.usual && isRead ? focusOnce : undefined)} @click=${() => deeds.answer(true)}>Yes, do it</button>
			<button ${ref(question.usual ? undefined : focusOnce)} @click=${() => deeds.answer(false)}>No, change nothing</button>`;
	if (phase === 'done' || phase === 'failed')
		return html`<button class="main" ${ref(focusOnce)} @click=${deeds.hide}>Close</button>`;
	return html`<button @click=${deeds.interrupt}>Interrupt</button><button @click=${deeds.hide}>Hide; it goes on</button>`;
}

const focused = new WeakSet<Element>();

/** The answer that is the default, as Enter is in a terminal. */
function focusOnce(element: Element | undefined): void {
	if (!(element instanceof HTMLElement) || focused.has(element)) return;
	focused.add(element);
	setTimeout(() => element.focus(), 0);
}
