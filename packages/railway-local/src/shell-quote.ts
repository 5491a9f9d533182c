/** One word of a shell command line, whatever is in it. */
export function shellQuote(text: string): string {
	return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
