/** For what the terminal holds already to arrive. */
const SETTLE_MS = 50;
const CTRL_C = '\u0003';

/**
 * Throws away what was typed before a question was on the screen: an impatient Enter would move the answer away from its
 * default. True when it held a Ctrl-C.
 */
export async function dropTypeAhead(input: NodeJS.ReadStream): Promise<boolean> {
	let cancelled = false;
	const drop = (chunk: unknown) => {
		cancelled ||= String(chunk).includes(CTRL_C);
	};
	// Raw, or an unfinished line would stay in the terminal and arrive later.
	input.setRawMode?.(true);
	input.on('data', drop);
	await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
	input.off('data', drop);
	input.pause();
	input.setRawMode?.(false);
	return cancelled;
}
