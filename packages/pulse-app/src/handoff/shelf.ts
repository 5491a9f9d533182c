import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionStore } from '../sessions/store.ts';
import type { Seal } from './seal.ts';
import { KEPT_MS, MAX_SNAPSHOT_BYTES } from './snapshot.ts';
import { within } from './within.ts';

/** The latest writer is right. One that lost more races than this has a store that cannot compare. */
const MAX_ATTEMPTS = 10;
/** A store that does not answer holds neither the server that ends nor the page that begins. */
const STORE_MS = 2_000;
const LOOK_MS = 50;
/** The word that a page is gone may come after the page. */
const PATIENCE_MS = 200;
/** A sealed snapshot in base64, and what the seal adds. */
const MAX_SEALED_LENGTH = Math.ceil((MAX_SNAPSHOT_BYTES * 4) / 3) + 100;
/** Followed by who writes. */
const COMING = 'coming ';
/** It has been taken, or could not be made. */
const NOTHING = 'nothing';

/**
 * Where the texts of snapshots wait, sealed, among the user sessions of the store. Invariants: a text is taken by one reader;
 * what is put down later replaces what was put down before, never the other way round; every entry has a minute to live, and
 * is deleted by who took it or, at the end of the minute, by who made it, also in a store that knows no end of life.
 */
export interface Shelf {
	/** Says that a text will come, so that a page that is faster waits for it. Returns what `put` takes. */
	announce(place: string): Promise<string>;
	/** Puts a text down, or that there is none, unless a later one was announced meanwhile. */
	put(place: string, mark: string, text: string | null): Promise<void>;
	/**
	 * `null`: nothing is there, or another reader was faster. Throws for what cannot be had. `isPatient`: looks again where
	 * nothing is there, since it may not be announced yet.
	 */
	take(place: string, waitMs: number, isPatient: boolean): Promise<string | null>;
	clear(place: string): Promise<void>;
}

/** A name that is no session's, and that only the user session that the page belongs to can make up. */
export function placeOf(sid: string, renderId: string): string {
	return `handoff:${createHash('sha256').update(`pulse.handoff|${sid}|${renderId}`).digest('hex').slice(0, 32)}`;
}

export function createShelf(store: SessionStore, seal: Seal): Shelf {
	const read = (place: string) => within(STORE_MS, () => store.read(place));
	const write = (place: string, value: string, expected: string | null) =>
		within(STORE_MS, () => store.write(place, value, expected, KEPT_MS));
	const clear = (place: string) => within(STORE_MS, () => store.delete(place));

	return {
		clear,
		announce: async (place) => {
			const mark = COMING + randomUUID();
			for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
				const found = attempt === 0 ? null : await read(place);
				if (await write(place, mark, found)) return mark;
			}
			throw new Error('the session store refused every write: does it compare and set?');
		},
		put: async (place, mark, text) => {
			await write(place, text === null ? NOTHING : seal.close(text, place), mark);
		},
		take: async (place, waitMs, isPatient) => {
			const until = performance.now() + waitMs;
			let value = await read(place);
			for (let waited = 0; value === null && isPatient && waited < PATIENCE_MS; waited += LOOK_MS) {
				await sleep(LOOK_MS);
				value = await read(place);
			}
			while (value !== null && value !== NOTHING) {
				if (performance.now() >= until) throw new Error('its former server did not finish it');
				if (value.length > MAX_SEALED_LENGTH) throw new Error('it is too large');
				if (value.startsWith(COMING)) await sleep(LOOK_MS);
				else if (await write(place, NOTHING, value)) {
					// One that cannot be deleted ends with its minute.
					clear(place).catch(() => {});
					const text = seal.open(value, place);
					if (text === null) throw new Error('its seal is of another secret or version, or broken');
					return text;
				}
				value = await read(place);
			}
			return null;
		},
	};
}
