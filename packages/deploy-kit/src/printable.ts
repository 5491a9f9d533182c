import { stripVTControlCharacters } from 'node:util';

/** All but tab and line end: C0, DEL, C1, and the marks that turn the direction of text around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text of others — logs, answers, names — as it may be shown in a terminal, where control sequences could rewrite what
 * stands above, rename the window or fill the clipboard.
 */
export function printable(text: string): string {
	return stripVTControlCharacters(text).replace(CONTROL, '');
}

/** The same in one line. */
export function printableLine(text: string): string {
	return printable(text).replaceAll(/[\t\n]/g, ' ');
}
