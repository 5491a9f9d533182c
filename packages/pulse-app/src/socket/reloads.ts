import type { RenderSession } from '../render/render-session.ts';
import { type ReloadSchedule, type ReloadTerms, scheduleReload } from './reload-schedule.ts';

/** The next turn of a round that is under way comes sooner; later are those of pages that cannot wait. */
const LONGEST_GAP_MS = 1_500;

/** What came of telling pages to load anew. */
export interface ReloadsBegun {
	/** Connected pages, each of which is told. */
	readonly pages: number;
	/** Milliseconds until the last of them was told and its time is over. */
	readonly overInMs: number;
}

interface Turn {
	readonly render: RenderSession;
	/** Unix milliseconds. */
	readonly at: number;
}

interface Round {
	/** Unix milliseconds. */
	readonly begunAt: number;
	readonly overAt: number;
	readonly schedule: ReloadSchedule;
	/** Those still to come, the next one last. */
	readonly turns: Turn[];
	/** Pages that were told, or whose turn is still to come. */
	readonly known: WeakSet<RenderSession>;
}

/**
 * Tells pages to load anew, each in its turn. One that cannot wait would do so at once, whatever its user has not saved: it is
 * told when those that can have waited for as long as they may. A page that was away at its turn is told when it is back; one
 * that was opened after the round began never is: it may be what another one became by loading anew.
 */
export class Reloads {
	readonly #all: () => Iterable<RenderSession>;
	#round: Round | null = null;
	#timer: NodeJS.Timeout | undefined;

	constructor(all: () => Iterable<RenderSession>) {
		this.#all = all;
	}

	/** Begins a round; what an earlier one has not told yet comes first, and at the pace that was begun. */
	begin(terms: ReloadTerms): ReloadsBegun {
		const now = Date.now();
		const former = this.#round;
		const waiting = new Set(former?.turns.map(({ render }) => render));
		const connected = [...this.#all()].filter((render) => render.connected);
		const ordered = connected.sort((a, b) => Number(waiting.has(b)) - Number(waiting.has(a)));
		const schedule = scheduleReload(ordered.length, terms, Math.random);
		const next = former?.turns.at(-1)?.at ?? now;
		const first = terms.within === null || next - now > LONGEST_GAP_MS ? now : Math.max(now, next);
		const overAt = first + schedule.overInMs;
		const turns = ordered.map((render, turn) => {
			const waited = render.canWait ? 0 : schedule.within * 1000;
			return { render, at: first + (schedule.offsets[turn] ?? 0) + waited };
		});
		this.#round = {
			begunAt: now,
			overAt,
			schedule,
			turns: turns.sort((a, b) => b.at - a.at),
			known: new WeakSet(ordered),
		};
		this.#tellDue();
		return { pages: ordered.length, overInMs: overAt - now };
	}

	/** To be called when a page has connected. */
	connected(render: RenderSession): void {
		const round = this.#round;
		if (round === null || round.known.has(render) || render.openedAt >= round.begunAt) return;
		round.known.add(render);
		const within = Math.max(0, Math.floor((round.overAt - Date.now()) / 1000));
		if (render.canWait || within === 0) render.reload(within);
		else {
			round.turns.unshift({ render, at: round.overAt });
			this.#tellDue();
		}
	}

	/** Ends the round: pages that were told to reload may stay after all, the others hear nothing. Returns how many were told so. */
	takeBack(): number {
		this.stop();
		this.#round = null;
		return [...this.#all()].filter((render) => render.stay()).length;
	}

	stop(): void {
		clearTimeout(this.#timer);
	}

	#tellDue(): void {
		clearTimeout(this.#timer);
		const round = this.#round;
		if (round === null) return;
		const now = Date.now();
		let turn = round.turns.pop();
		for (; turn !== undefined && turn.at <= now; turn = round.turns.pop()) {
			if (turn.render.connected) turn.render.reload(round.schedule.within);
			else round.known.delete(turn.render);
		}
		if (turn === undefined) return;
		round.turns.push(turn);
		this.#timer = setTimeout(() => this.#tellDue(), Math.ceil(turn.at - now)).unref();
	}
}
