import { findPlace, keepPlace } from './kept-place.ts';
import { keepText } from './kept-text.ts';
import { listen } from './listen.ts';
import { ask, deadline, goBy, inTheWay, isAsked, look, withdraw } from './safe-reload.ts';
import { begin, type Field, followUse, isSeen, sinceUse, takesText, textOf, unsaved } from './unsaved.ts';

/** A user who did nothing for so long is not at this page. */
const AWAY_MS = 60_000;
const MAX_REASON = 100;
/** One that pauses for longer was loaded anew so often that it does not help. */
const GIVEN_UP_MS = 60_000;

/** A new version that the page would load, and its user may be asked about. */
export interface Update {
	readonly reason: string;
	/** When the page is loaded anew in any case; `null`: not before its user says so or leaves it. */
	readonly deadline: Date | null;
	/** Aborted when there is nothing to load any more. */
	readonly signal: AbortSignal;
	/** Loads the page anew. */
	now(): void;
	/** Not before the deadline; without one, not while the page is seen. */
	later(): void;
}

export type TabState = 'visible' | 'idle' | 'hidden' | 'busy' | 'held';

/** Who speaks with the server of a page. */
export interface TabListener {
	/** A reload that was asked for comes now, or is held, and why. */
	waiting(state: 'now' | 'held', why: string): void;
	givenUp(): void;
	readonly onUpdate: ((update: Update) => void) | undefined;
}

/** What the scripts of one page share: the one in its head, and the client. */
export interface PageTab {
	/** `seconds`: the longest that it may wait. Default: for as long as something would be lost. */
	ask(reason: string, seconds?: number): void;
	withdraw(reason: string): void;
	/** Holds the page until what it returns is called. */
	hold(reason: string): () => void;
	/** Something that would be cut off; call what it returns once it has ended. */
	begin(): () => void;
	state(): { readonly state: TabState; readonly reason: string };
	listen(listener: TabListener): void;
}

const KEY = Symbol.for('pulse.tab');

export function pageTab(): PageTab {
	const page = globalThis as { [KEY]?: PageTab };
	page[KEY] ??= open();
	return page[KEY];
}

/** A field with text that its user was at a moment ago: they may go on, or send it. */
function focused(): string {
	const field = document.activeElement as Field | null;
	return field && isSeen() && sinceUse() < AWAY_MS && takesText(field) && textOf(field) ? 'focus' : '';
}

function open(): PageTab {
	const holds = new Map<object, string>();
	let listener: TabListener | undefined;
	let reason = '';
	let offer: AbortController | null = null;
	let said: 'now' | 'later' | '' = '';
	let isGivenUp = false;
	let isOffline = false;

	const held = () => holds.values().next().value ?? '';
	goBy((isDue) => {
		if (!isDue) offerUpdate();
		// Without a network there would be no page.
		const why = isOffline ? 'offline' : isDue || said === 'now' ? '' : held() || focused() || answer() || inTheWay();
		if (why === '') keepPlace();
		listener?.waiting(why === '' ? 'now' : 'held', why);
		return why;
	});

	/** What the user has said, or is asked, where that is to be waited for. */
	function answer(): string {
		if (offer === null) return '';
		if (!isSeen() && (said === '' || deadline() === Infinity)) return '';
		return said || 'asked';
	}

	/** To the page, which may ask its user. */
	function offerUpdate(): void {
		if (!listener?.onUpdate || offer !== null) return;
		offer = new AbortController();
		const update: Update = {
			reason,
			get deadline() {
				const at = deadline();
				return Number.isFinite(at) ? new Date(at) : null;
			},
			signal: offer.signal,
			now: () => {
				said = 'now';
				look(true);
			},
			later: () => {
				said = 'later';
			},
		};
		try {
			listener.onUpdate(update);
		} catch (error) {
			offer = null;
			reportError(error);
		}
	}

	followUse();
	listen('offline online', ({ type }) => {
		isOffline = type === 'offline';
	});
	keepText();
	findPlace();
	document.addEventListener('visibilitychange', () => {
		// A page that gave up is loaded once more when its user comes back to it: a display on a wall is never left.
		look(isGivenUp && isSeen());
	});
	return {
		ask: (why, seconds) => {
			if (!isAsked()) reason = why;
			const pause = ask(why, seconds === undefined ? Infinity : Date.now() + seconds * 1_000);
			isGivenUp ||= pause > GIVEN_UP_MS;
			if (pause > GIVEN_UP_MS) listener?.givenUp();
		},
		withdraw: (why) => {
			withdraw(why);
			if (isAsked()) return;
			offer?.abort();
			offer = null;
			said = '';
		},
		hold: (why) => {
			const hold = {};
			holds.set(hold, why.slice(0, MAX_REASON));
			return () => {
				if (holds.delete(hold)) look();
			};
		},
		begin: () => {
			const end = begin();
			let ended = false;
			return () => {
				if (!ended) end();
				ended = true;
			};
		},
		state: () => {
			if (held()) return { state: 'held', reason: held() };
			const why = unsaved() || focused();
			if (why) return { state: 'busy', reason: why };
			if (!isSeen()) return { state: 'hidden', reason: '' };
			// A tab that was just opened counts as used.
			return { state: Math.min(sinceUse(), performance.now()) > AWAY_MS ? 'idle' : 'visible', reason: '' };
		},
		listen: (next) => {
			listener = next;
			look();
		},
	};
}
