import { madeTab, tabOfPage } from './tab.ts';

/**
 * What `pulse.hold` does, for a page that is not connected yet: its version may be gone by then.
 * `reason`: a few words for operators, e.g. `drawing`. Only in a browser.
 *
 * @example
 * import { hold } from 'pulse-app/client';
 * const release = hold('drawing');
 */
export function hold(reason: string): () => void {
	// One hold that takes the place of another must be there before that one ends.
	const tab = madeTab();
	if (tab) return tab.hold(reason);
	let isOver = false;
	let release = () => {};
	tabOfPage().then(
		(loaded) => {
			if (!isOver) release = loaded.hold(reason);
		},
		// What could not be loaded loads nothing anew either.
		() => {},
	);
	return () => {
		isOver = true;
		release();
	};
}
