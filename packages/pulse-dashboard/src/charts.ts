import { html, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import type { DashboardView, Sample } from 'pulse-deploy-kit/dashboard/view';
import type { HistoryLine } from 'pulse-deploy-kit/history/line';
import { type Kind, LaneChart } from './lane-chart.ts';

const charts = new Map<string, LaneChart>();

/** The place of a chart; what is in it is drawn by {@link drawCharts}. */
export function chartOf(id: string, kind: Kind, view: DashboardView): TemplateResult {
	const what = kind === 'people' ? 'People by state' : 'Requests and failures a second';
	const label = `${what} on ${id} over time; the numbers above are those of now`;
	return html`<figure class="chart">
		<figcaption>${kind === 'people' ? what : html`<span class="swatch requests"></span>requests and <span class="swatch failures"></span>failures a second`}</figcaption>
		<div role="img" aria-label=${label} data-tool=${view.tool} ${ref((element) => mount(`${kind} ${id}`, id, kind, element))}></div>
	</figure>`;
}

function mount(key: string, id: string, kind: Kind, element: Element | undefined): void {
	const chart = charts.get(key);
	if (chart !== undefined && chart.element === element) return;
	chart?.destroy();
	charts.delete(key);
	if (element instanceof HTMLElement) charts.set(key, new LaneChart(element, id, kind));
}

/** Draws what came since. */
export function drawCharts(
	samples: readonly Sample[],
	history: readonly HistoryLine[],
	now: number,
	minutes: number,
): void {
	for (const chart of charts.values()) chart.draw(samples, history, now, minutes);
}

/** Colours are asked for once: after a change of the scheme all are made anew. */
export function recolourCharts(): void {
	for (const chart of charts.values()) chart.recolour();
}
