import type { Tab, TabState } from './tab.ts';

/** What a page says of its tab, to a server that has said that it knows these. */
export type TabMessage =
	| { readonly type: 'presence'; readonly state: TabState; readonly reason?: string; readonly error?: true }
	| { readonly type: 'reload_state'; readonly state: 'now' | 'held' | 'gone'; readonly reason?: string };

const LOOK_MS = 1_000;

export interface Reports {
	/** To a server that has not heard of this page, or not on this connection. */
	connected(): void;
	/** A reload was asked for, which is answered once, and again when the answer changes. */
	asked(): void;
	/** That is taken back. */
	stays(): void;
	waiting(state: 'now' | 'held', why: string): void;
}

/** Whether the page's script has failed, or a part of it did not load, from now on. */
export function watchErrors(): () => boolean {
	let failed = false;
	addEventListener(
		'error',
		() => {
			failed = true;
		},
		true,
	);
	return () => failed;
}

/**
 * Says what the tab is doing when that changes, and what becomes of a reload. `tell`: false where it could not be said.
 * `onGone`: the page is gone, after a reload was asked for.
 */
export function reportTab(
	tab: Pick<Tab, 'state'>,
	failed: () => boolean,
	tell: (message: TabMessage) => boolean,
	onGone: () => unknown,
): Reports {
	let present = '';
	let saidAt = 0;
	let answered: string | null = null;

	const say = () => {
		const { state, reason } = tab.state();
		const now = Date.now();
		const next = `${state} ${reason} ${failed()}`;
		// A page that hides is gone in a moment; nothing else is urgent.
		if (next === present || (now - saidAt < LOOK_MS && state !== 'hidden')) return;
		if (!tell({ type: 'presence', state, ...reasonOf(reason), ...(failed() ? { error: true } : {}) })) return;
		present = next;
		saidAt = now;
	};
	const answer = (state: 'now' | 'held' | 'gone', why: string) => {
		if (answered === null || answered === `${state} ${why}`) return;
		if (tell({ type: 'reload_state', state, ...reasonOf(why) })) answered = `${state} ${why}`;
	};
	setInterval(say, LOOK_MS);
	document.addEventListener('visibilitychange', say);
	addEventListener('pagehide', () => {
		if (answered !== null) onGone();
		answer('gone', '');
	});
	return {
		connected: () => {
			present = '';
			if (answered !== null) answered = '';
			say();
		},
		asked: () => {
			answered = '';
		},
		stays: () => {
			answered = null;
			// The server has heard last what was to become of the reload.
			present = '';
			say();
		},
		waiting: answer,
	};
}

const reasonOf = (reason: string) => (reason === '' ? {} : { reason });
