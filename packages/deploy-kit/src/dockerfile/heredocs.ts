/** `<<EOF` and its kin, as words of their own outside quotes. `<<<` is a here-string, and no heredoc. */
export function heredocsIn(line: string): { name: string; tabs: boolean }[] {
	const found: { name: string; tabs: boolean }[] = [];
	// Between quotes everything is one word, and `<< EOF` is as well.
	for (const [word] of line.matchAll(/(?:<<-?[\t\r ]*|\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^\s\\'"])+/g)) {
		const [, dash, raw] = /^\d*<<(-?)\s*([^<]*)$/.exec(word) ?? [];
		if (!raw) continue;
		const name = raw.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g, (_all, single, double, bare) =>
			single !== undefined ? single : double !== undefined ? double.replace(/\\(["$\\])/g, '$1') : bare,
		);
		if (name !== '') found.push({ name, tabs: dash === '-' });
	}
	return found;
}
