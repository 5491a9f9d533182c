import { html, nothing, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import type { ServiceView } from 'pulse-deploy-kit/dashboard/view';
import type { Model } from './model.ts';

/** All that runs there, with what it writes beside it. */
export function servicesPart(
	services: readonly ServiceView[],
	log: Model['log'],
	choose: (service: string | null) => void,
): TemplateResult | typeof nothing {
	if (services.length === 0) return nothing;
	return html`<section aria-labelledby="services">
		<h2 id="services">Services and their logs</h2>
		<div class="services">
			<ul>
				${services.map(
					({ name, role, status }) => html`<li>
						<button aria-pressed=${log?.service === name ? 'true' : 'false'} @click=${() => choose(log?.service === name ? null : name)}>${name}</button>
						<span class="facts">${role} · ${status}</span>
					</li>`,
				)}
			</ul>
			${
				log === null
					? html`<p class="facts">Choose one to follow what it writes.</p>`
					: html`<div class="log">
						<h3>${log.service}</h3>
						${log.trouble === null ? nothing : html`<p class="alarm">${log.trouble}</p>`}
						<pre tabindex="0" aria-label="Log of ${log.service}" ${ref(stayAtEnd)}>${log.lines.length === 0 ? 'Nothing yet.' : log.lines.join('\n')}</pre>
					</div>`
			}
		</div>
	</section>`;
}

/** Follows the log, but for a reader who has scrolled back. */
function stayAtEnd(element: Element | undefined): void {
	if (element === undefined) return;
	const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
	if (isAtEnd || element.scrollTop === 0) requestAnimationFrame(() => element.scrollTo(0, element.scrollHeight));
}
