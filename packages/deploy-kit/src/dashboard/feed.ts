import type { Clock } from '../clock.ts';
import { errorText } from '../report-error.ts';
import { sampleOf } from './make-view.ts';
import type { DashboardView, Sample } from './view.ts';

/** What viewers are sent. */
export type FeedEvent =
	| { readonly event: 'view'; readonly data: DashboardView }
	| { readonly event: 'sample'; readonly data: Sample }
	/** What the charts begin with. */
	| { readonly event: 'series'; readonly data: readonly Sample[] }
	/** What is shown is old: why. `null`: it is current again. */
	| { readonly event: 'trouble'; readonly data: string | null };

export interface FeedOptions {
	/** Shown until the next look. */
	readonly first: DashboardView;
	readonly read: (signal: AbortSignal) => Promise<DashboardView>;
	/** Between two looks. */
	readonly everyMs: number;
	readonly clock: Clock;
	readonly signal: AbortSignal;
}

const SLOWEST_MS = 10_000;
const SAMPLE_MS = 1_000;
const MOST_SAMPLES = 3_600;

/** Looks at what stands for all viewers together, and not at all while there are none. */
export class Feed {
	readonly #options: FeedOptions;
	readonly #viewers = new Set<(event: FeedEvent) => void>();
	readonly #samples: Sample[] = [];
	#view: DashboardView;
	#text = '';
	#trouble: string | null = null;
	#stop: AbortController | null = null;

	constructor(options: FeedOptions) {
		this.#options = options;
		this.#view = options.first;
	}

	get viewers(): number {
		return this.#viewers.size;
	}

	/** Sends what is known at once, and then what changes, until the returned function is called. */
	watch(viewer: (event: FeedEvent) => void): () => void {
		this.#viewers.add(viewer);
		viewer({ event: 'series', data: this.#samples });
		viewer({ event: 'view', data: this.#view });
		viewer({ event: 'trouble', data: this.#trouble });
		if (this.#stop === null) this.#begin();
		return () => {
			this.#viewers.delete(viewer);
			if (this.#viewers.size > 0) return;
			this.#stop?.abort();
			this.#stop = null;
		};
	}

	#begin(): void {
		const stop = new AbortController();
		this.#stop = stop;
		void this.#run(AbortSignal.any([stop.signal, this.#options.signal]));
	}

	async #run(signal: AbortSignal): Promise<void> {
		const { everyMs, clock } = this.#options;
		let pause = everyMs;
		while (!signal.aborted) {
			const began = clock.now();
			const well = await this.#look(signal);
			pause = well ? everyMs : Math.min(SLOWEST_MS, pause * 2);
			await clock.sleep(Math.max(everyMs / 5, pause - (clock.now() - began)), signal).catch(() => {});
		}
	}

	async #look(signal: AbortSignal): Promise<boolean> {
		try {
			const view = await this.#options.read(signal);
			if (signal.aborted) return true;
			this.#shown(view);
			this.#troubled(null);
			return true;
		} catch (error) {
			if (!signal.aborted) this.#troubled(errorText(error));
			return false;
		}
	}

	#shown(view: DashboardView): void {
		const text = JSON.stringify({ ...view, at: 0 });
		if (text !== this.#text) this.#send({ event: 'view', data: view });
		this.#text = text;
		this.#view = view;
		const before = this.#samples.at(-1);
		if (before !== undefined && view.at - before.at < SAMPLE_MS) return;
		const sample = sampleOf(view);
		this.#samples.push(sample);
		if (this.#samples.length > MOST_SAMPLES) this.#samples.shift();
		this.#send({ event: 'sample', data: sample });
	}

	#troubled(trouble: string | null): void {
		if (trouble === this.#trouble) return;
		this.#trouble = trouble;
		this.#send({ event: 'trouble', data: trouble });
	}

	#send(event: FeedEvent): void {
		for (const viewer of this.#viewers) viewer(event);
	}
}
