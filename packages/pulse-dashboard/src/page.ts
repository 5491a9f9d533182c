import { html, nothing, render } from 'lit-html';
import { DeniedError, type Server, serverWith } from './ask.ts';
import { drawCharts, recolourCharts } from './charts.ts';
import { type DialogDeeds, dialogPart } from './dialog.ts';
import { historyPart } from './history-part.ts';
import { lane } from './lane.ts';
import { FIRST, isUnderWay, MOST_LINES, type Model, mayAgree, READ_MS, told } from './model.ts';
import { type Choose, nowPart } from './now.ts';
import { servicesPart } from './services-part.ts';
import { takeToken } from './token.ts';

const AGAIN_MS = [250, 500, 1_000, 2_000];
const SPANS = [5, 10, 60];

let model: Model = FIRST;
let isDue = false;
let logFollow: AbortController | null = null;
const token = takeToken();
const server: Server | null = token === null ? null : serverWith(token);
const place = document.getElementById('page')!;

function update(change: Partial<Model>): void {
	model = { ...model, ...change };
	if (isDue) return;
	isDue = true;
	requestAnimationFrame(show);
}

const serverNow = () => Date.now() + model.ahead;

function show(): void {
	isDue = false;
	render(page(model), place);
	const { view, samples, minutes } = model;
	if (view !== null) drawCharts(samples, view.history, serverNow(), minutes);
}

function page(model: Model) {
	const { view, link, trouble, action, minutes } = model;
	const now = serverNow();
	if (link === 'denied') return deniedPart;
	const isBusy = isUnderWay(action) || link !== 'live';
	return html`
		<header class="top">
			<h1>${view === null ? 'Dashboard' : html`<a href=${webAddress(view.address)} rel="noreferrer" target="_blank">${view.address}</a> <span class="facts">${view.place}</span>`}</h1>
			<span class="link ${link}" role="status">${LINKS[link]}</span>
		</header>
		<main>
			${trouble === null ? nothing : html`<p class="alarm" role="alert">What is shown is old: ${trouble}</p>`}
			${link === 'lost' ? html`<p class="alarm" role="alert">The command that serves this page does not answer; it has ended, or this machine slept. What is shown is old.</p>` : nothing}
			${
				isUnderWay(action)
					? html`<p class="under-way" role="status">Under way: ${action.command} <button @click=${() => update({ isOpen: true, draft: null })}>Show</button></p>`
					: nothing
			}
			${
				view === null
					? html`<p class="wait">Looking at what stands…</p>`
					: html`${nowPart(view, now, isBusy, choose)}
						<section aria-labelledby="versions">
							<div class="with-choice">
								<h2 id="versions">Versions</h2>
								<div class="choice" role="group" aria-label="Time shown">
									${SPANS.map((span) => html`<button aria-pressed=${span === minutes ? 'true' : 'false'} @click=${() => update({ minutes: span })}>${span === 60 ? '1 h' : `${span} min`}</button>`)}
								</div>
							</div>
							<p class="facts">Lines begin when this page was first opened; marks are from the history.${view.notes.map((note) => ` ${note}`)}</p>
							${view.versions.map((version) => lane(version, view, now, isBusy, choose))}
						</section>
						${historyPart(view.history, now)} ${servicesPart(view.services, model.log, followLog)}`
			}
		</main>
		${dialogPart(model, deeds)}`;
}

const LINKS = { connecting: 'connecting…', live: 'live', lost: 'not live', denied: '' };

const deniedPart = html`<main><h1>Dashboard</h1><p class="alarm">This page needs the whole address that the command printed, with what follows the #. After the command was started again, it is a new one.</p></main>`;

/** An address is text of others: only the web's are linked to. */
function webAddress(address: string): string | typeof nothing {
	return /^https?:\/\//.test(address) ? address : nothing;
}

const choose: Choose = (offer, id) => {
	update({ draft: { offer, id }, isOpen: true, refused: null });
	if (offer.asks === undefined) void order({});
};

async function order(flags: Readonly<Record<string, string>>): Promise<void> {
	const { draft } = model;
	if (draft === null || server === null) return;
	const status = await server.post('/actions', { verb: draft.offer.verb, id: draft.id, flags }).catch(() => 0);
	if (status === 202) update({ draft: null });
	else if (status === 409) update({ refused: 'Something else is being done; wait for its end.' });
	else
		update({ refused: status === 400 ? 'That cannot be read.' : 'The command that serves this page does not answer.' });
}

const deeds: DialogDeeds = {
	order(value) {
		const asks = model.draft?.offer.asks;
		void order(asks === undefined ? {} : { [asks.key]: value });
	},
	answer(yes) {
		const { action } = model;
		if (action?.question == null || (yes && !mayAgree(model, Date.now()))) return;
		void server?.post('/actions/answer', { key: action.key, question: action.question.number, yes }).catch(() => {});
		if (!yes) update({ isOpen: false });
	},
	interrupt() {
		if (model.action !== null) void server?.post('/actions/interrupt', { key: model.action.key }).catch(() => {});
	},
	hide: () => update({ isOpen: false, draft: null, refused: null }),
};

function followLog(service: string | null): void {
	logFollow?.abort();
	logFollow = null;
	update({ log: service === null ? null : { service, lines: [], trouble: null } });
	if (service === null || server === null) return;
	const follow = new AbortController();
	logFollow = follow;
	const change = (log: Partial<NonNullable<Model['log']>>) => {
		if (logFollow === follow && model.log !== null) update({ log: { ...model.log, ...log } });
	};
	server
		.follow(
			`/log?service=${encodeURIComponent(service)}`,
			(event, data) => {
				if (event === 'trouble') change({ trouble: String(data) });
				else change({ lines: [...(model.log?.lines ?? []), ...(data as string[])].slice(-MOST_LINES) });
			},
			follow.signal,
		)
		.catch(() => change({ trouble: 'The log cannot be followed any more.' }));
}

async function stayLinked(server: Server): Promise<void> {
	for (let again = 0; ; again++) {
		try {
			await server.follow(
				'/events',
				(event, data) => {
					again = 0;
					update(told(model, event, data, Date.now()));
					if (event === 'action') setTimeout(() => update({}), READ_MS + 10);
				},
				new AbortController().signal,
			);
		} catch (error) {
			if (error instanceof DeniedError) return update({ link: 'denied' });
		}
		update({ link: 'lost' });
		await new Promise((resolve) => setTimeout(resolve, AGAIN_MS[Math.min(again, AGAIN_MS.length - 1)]));
	}
}

if (server === null) update({ link: 'denied' });
else {
	void stayLinked(server);
	// Times count down also while nothing is heard.
	setInterval(() => update({}), 1_000);
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
		recolourCharts();
		update({});
	});
}
