import { shellQuote } from './shell-quote.ts';

/** A command to run next, for the platform in this folder and no other. */
export function localCommand(dir: string, words: string): string {
	return `pulse-railway local ${words} --dir ${shellQuote(dir)}`;
}
