import type { Update } from './update.ts';

const KEY = Symbol.for('pulse.tab');

export type TabState = 'visible' | 'idle' | 'hidden' | 'busy' | 'held';

/** What this client shares with the script in the page's head: who does what in the tab, and when it may be loaded anew. */
export interface Tab {
	/** Loads the page anew at a safe moment, or when so many seconds are over. Default: when nothing would be lost. */
	ask(reason: string, seconds?: number): void;
	/** What it was asked for is over. */
	withdraw(reason: string): void;
	hold(reason: string): () => void;
	/** Something that would be cut off; call what it returns once it has ended. */
	begin(): () => void;
	state(): { readonly state: TabState; readonly reason: string };
	listen(listener: {
		/** A reload that was asked for comes now, or is held, and why: at every look. */
		waiting(state: 'now' | 'held', why: string): void;
		/** Loading it anew did not help. */
		givenUp(): void;
		readonly onUpdate: ((update: Update) => void) | undefined;
	}): void;
}

export const madeTab = (): Tab | undefined => (globalThis as { [KEY]?: Tab })[KEY];

/** Made by the script in the page's head; where a page has none, by what is loaded for it. */
export async function tabOfPage(): Promise<Tab> {
	return madeTab() ?? (await import('pulse-tab/page-tab')).pageTab();
}
