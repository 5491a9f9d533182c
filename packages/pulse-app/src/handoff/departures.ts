import { setTimeout as sleep } from 'node:timers/promises';
import type { RenderSession } from '../render/render-session.ts';
import { collect, reasonOf } from './collect.ts';
import type { AppHooks, DrainHook, DrainHooks } from './hooks.ts';
import { placeOf, type Shelf } from './shelf.ts';
import { KEPT_MS, writeSnapshot } from './snapshot.ts';
import { createTurns } from './turns.ts';

/** A page that says more so long after it said that it leaves has stayed, e.g. because its user chose so. */
export const STAYS_MS = 5_000;
/** So many snapshots are made at once. */
const MAX_MAKING = 200;

export interface DeparturesOptions {
	readonly hooks: AppHooks;
	/** `null`: nothing can be handed over. */
	readonly shelf: Shelf | null;
	/** Called where the app would hand something over, and there is no shelf. */
	readonly onOff: () => void;
	readonly onLost: (render: RenderSession, why: string) => void;
	readonly hookMs: number;
	readonly now: () => number;
}

/** Makes snapshots of pages that leave for another deployment. Nothing here rejects but a handler that it was given. */
export interface Departures {
	/** A page that was told to load anew does it. Resolves when its snapshot is put down. */
	leaving(render: RenderSession): Promise<void>;
	/** A page that was told to load anew says that it waits, or it has connected again. */
	staying(render: RenderSession): Promise<void>;
	/** Another message of the page is being handled. Resolves or rejects with it, when a snapshot that it came too late for is made again. */
	heard(render: RenderSession, handling: Promise<void>): Promise<void>;
}

interface Departure {
	/** When its page said so last. */
	at: number;
	/** Hooks have been asked: what a handler changes from here on is not in the snapshot. */
	isAsked: boolean;
	isWanted: boolean;
	making: Promise<void> | null;
	/** Where its snapshot is, with the timer that clears it. */
	put: { readonly place: string; readonly timer: NodeJS.Timeout } | null;
}

export function createDepartures({ hooks, shelf, onOff, onLost, hookMs, now }: DeparturesOptions): Departures {
	const left = new WeakMap<RenderSession, Departure>();
	const handled = new WeakMap<RenderSession, Set<Promise<void>>>();
	const inTurn = createTurns(MAX_MAKING);

	const hooksOf = (render: RenderSession): DrainHooks => {
		const asked = new Map<string | null, DrainHook>(render.drainHooks());
		const { drain } = hooks;
		if (drain !== null) asked.set(null, { schema: drain.schema, take: () => drain.take(render) });
		return asked;
	};
	/** A handler that takes longer than half of the time is not waited for: what it did until then counts. */
	const settled = async (render: RenderSession) => {
		const handlers = [...(handled.get(render) ?? [])];
		if (handlers.length === 0) return;
		const enough = new AbortController();
		const late = sleep(hookMs / 2, undefined, { signal: enough.signal }).catch(() => {});
		await Promise.race([Promise.allSettled(handlers), late]);
		enough.abort();
	};
	const clear = (departure: Departure) => {
		if (departure.put === null) return;
		clearTimeout(departure.put.timer);
		// One that cannot be deleted ends with its minute.
		return shelf?.clear(departure.put.place).catch(() => {});
	};
	const write = async (render: RenderSession, budgetMs: number): Promise<string | null> => {
		const lose = (why: string) => {
			onLost(render, why);
			return null;
		};
		if (budgetMs <= 0) return lose('too many pages leave at once');
		const { parts, failures } = await collect(hooksOf(render), budgetMs);
		if (failures.length > 0) onLost(render, failures.join('; '));
		if (parts.size === 0) return null;
		const paths = render.mounts().flatMap(({ path, wasShown }) => (wasShown ? [path] : []));
		try {
			return writeSnapshot({ takenAt: now(), paths, parts });
		} catch (error) {
			return lose(reasonOf(error));
		}
	};
	const make = async (render: RenderSession, departure: Departure): Promise<void> => {
		// An opener that has not ended may yet say what it hands over.
		if (hooksOf(render).size === 0) await settled(render);
		departure.isAsked = true;
		// What is there of a channel that its page has closed since is replaced by nothing.
		if (hooksOf(render).size === 0 && departure.put === null) return;
		if (shelf === null) return onOff();
		const place = placeOf(render.owner, render.id);
		try {
			const mark = await shelf.announce(place);
			clearTimeout(departure.put?.timer);
			departure.put = { place, timer: setTimeout(() => clear(departure), KEPT_MS).unref() };
			const until = performance.now() + hookMs;
			await inTurn(async () => {
				departure.isAsked = false;
				await settled(render);
				departure.isAsked = true;
				await shelf.put(place, mark, await write(render, until - performance.now()));
			});
		} catch (error) {
			onLost(render, reasonOf(error));
		}
	};
	/** One after the other, and once for all that ask meanwhile. */
	const makeAgain = (render: RenderSession, departure: Departure): Promise<void> => {
		departure.isWanted = true;
		departure.making ??= (async () => {
			while (departure.isWanted) {
				departure.isWanted = false;
				departure.isAsked = false;
				await make(render, departure);
			}
			departure.making = null;
		})();
		return departure.making;
	};
	const isRecent = ({ at }: Departure) => performance.now() - at < STAYS_MS;
	/** Its snapshot is out of date, and no page will ask for it. */
	const forget = async (render: RenderSession): Promise<void> => {
		const departure = left.get(render);
		if (departure === undefined) return;
		left.delete(render);
		await departure.making;
		// It goes after all: its next snapshot is at the same place, and takes that of this one.
		if (left.has(render)) clearTimeout(departure.put?.timer);
		else await clear(departure);
	};

	return {
		leaving: async (render) => {
			if (!render.isToldToLeave) return;
			const known = left.get(render);
			// One reload is said twice: when it begins, and when the page is gone.
			if (known !== undefined && isRecent(known)) return known.making ?? undefined;
			const departure = known ?? { at: 0, isAsked: false, isWanted: false, making: null, put: null };
			departure.at = performance.now();
			left.set(render, departure);
			await makeAgain(render, departure);
		},
		staying: forget,
		heard: async (render, handling) => {
			const handlers = handled.get(render) ?? new Set();
			handled.set(render, handlers.add(handling));
			const before = left.get(render);
			const forgetting = before !== undefined && !isRecent(before) ? forget(render) : null;
			try {
				await handling;
			} finally {
				handlers.delete(handling);
				if (handlers.size === 0) handled.delete(render);
				// Before anything is waited for: a snapshot that waits for this handler goes on in the same turn.
				const departure = left.get(render);
				if (departure?.isAsked && isRecent(departure)) await makeAgain(render, departure);
				await forgetting;
			}
		},
	};
}
