import type { Sample } from 'pulse-deploy-kit/dashboard/view';
import type { HistoryLine } from 'pulse-deploy-kit/history/line';
import uPlot from 'uplot';
import { type Mark, marksOf } from './marks.ts';
import { peopleSeries, trafficSeries } from './series.ts';
import { STATES } from './states.ts';

export type Kind = 'people' | 'traffic';

const HEIGHT = 120;
/** Labels that would write over each other stand below each other. */
const ROW = 12;

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
/** Steps of the upright axis. */
const STEPS = {
	people: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 10_000, 50_000],
	traffic: [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000],
};

/** One chart of one version. */
export class LaneChart {
	readonly element: HTMLElement;
	readonly #id: string;
	readonly #kind: Kind;
	readonly #resize: ResizeObserver;
	#plot: uPlot | null = null;
	#marks: readonly Mark[] = [];
	#from = 0;
	#to = 1;

	constructor(element: HTMLElement, id: string, kind: Kind) {
		this.element = element;
		this.#id = id;
		this.#kind = kind;
		this.#resize = new ResizeObserver(() => {
			const width = element.clientWidth;
			if (this.#plot !== null && width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT });
		});
		this.#resize.observe(element);
	}

	draw(samples: readonly Sample[], history: readonly HistoryLine[], now: number, minutes: number): void {
		this.#to = now / 1000;
		this.#from = this.#to - minutes * 60;
		this.#marks = marksOf(this.#id, history).filter(({ at }) => at >= this.#from);
		const make = this.#kind === 'people' ? peopleSeries : trafficSeries;
		const data = make(this.#id, samples, this.#from * 1000) as uPlot.AlignedData;
		if (data.length < 2) return;
		if (this.#plot === null) this.#plot = this.#made(data);
		else this.#plot.setData(data);
	}

	recolour(): void {
		this.#plot?.destroy();
		this.#plot = null;
	}

	destroy(): void {
		this.#resize.disconnect();
		this.recolour();
	}

	#made(data: uPlot.AlignedData): uPlot {
		const style = getComputedStyle(this.element);
		const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
		const axis = {
			stroke: colour('muted'),
			grid: { stroke: colour('line'), width: 1 },
			ticks: { stroke: colour('line'), width: 1 },
			font: '11px system-ui, sans-serif',
		};
		return new uPlot(
			{
				width: this.element.clientWidth || 300,
				height: HEIGHT,
				legend: { show: false },
				cursor: { sync: { key: 'versions' }, points: { show: false }, drag: { x: false, y: false } },
				padding: [8, 8, 0, 0],
				scales: {
					x: { range: () => [this.#from, this.#to] },
					y: { range: (_plot, _low, high) => [0, Math.max(this.#kind === 'people' ? 4 : 1, (high ?? 0) * 1.1)] },
				},
				axes: [
					{ ...axis, space: 70, size: 24, values: (_plot, ticks) => ticks.map((at) => CLOCK.format(at * 1000)) },
					{ ...axis, size: 34, space: 24, incrs: STEPS[this.#kind] },
				],
				series: [{}, ...(this.#kind === 'people' ? areas(colour) : lines(colour))],
				hooks: { draw: [(plot) => this.#drawMarks(plot, colour)] },
			},
			data,
			this.element,
		);
	}

	#drawMarks(plot: uPlot, colour: (name: string) => string): void {
		const { ctx, bbox } = plot;
		const scale = devicePixelRatio;
		ctx.save();
		ctx.font = `${10 * scale}px system-ui, sans-serif`;
		ctx.textAlign = 'left';
		ctx.textBaseline = 'top';
		let row = 0;
		let before = Number.NEGATIVE_INFINITY;
		// Oldest first.
		for (const { at, text, kind } of [...this.#marks].reverse()) {
			const x = Math.round(plot.valToPos(at, 'x', true));
			ctx.strokeStyle = colour(kind);
			ctx.fillStyle = colour(kind);
			ctx.lineWidth = 2 * scale;
			ctx.beginPath();
			ctx.moveTo(x, bbox.top);
			ctx.lineTo(x, bbox.top + bbox.height);
			ctx.stroke();
			if (this.#kind !== 'people') continue;
			row = x - before < 90 * scale ? (row + 1) % 4 : 0;
			before = x;
			this.#label(plot, x, text, row * ROW * scale);
		}
		ctx.restore();
	}

	#label({ ctx, bbox }: uPlot, x: number, text: string, down: number): void {
		const room = 3 * devicePixelRatio;
		const width = ctx.measureText(text).width;
		const left = x + room + width > bbox.left + bbox.width ? x - room - width : x + room;
		ctx.fillText(text, left, bbox.top + down);
	}
}

const areas = (colour: (name: string) => string): uPlot.Series[] =>
	[...STATES].reverse().map(({ key }) => ({
		stroke: colour(key),
		fill: colour(key),
		width: 0,
		points: { show: false },
	}));

const lines = (colour: (name: string) => string): uPlot.Series[] => [
	{ stroke: colour('failures'), fill: colour('failures-fill'), width: 1.5, points: { show: false } },
	{ stroke: colour('requests'), width: 1.5, points: { show: false } },
];
