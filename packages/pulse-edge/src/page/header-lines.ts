/**
 * Header lines in which every header of this lowercase name has another value, or none and no line. `raw`: the headers that
 * the lines were made of, which say how each is written, so that nothing has to be searched for by a pattern.
 */
export function editedLines(
	given: string,
	raw: readonly string[],
	name: string,
	edit: (value: string) => string,
): string {
	let lines = '';
	let done = 0;
	for (let i = 0; i < raw.length; i += 2) {
		if (raw[i]!.length !== name.length || raw[i]!.toLowerCase() !== name) continue;
		const value = raw[i + 1]!;
		const line = `${raw[i]}: ${value}\r\n`;
		// They stand in the same order, so that thousands of one name are found in one pass.
		const at = beginningOf(given, line, done);
		// One that is not there was dropped by its name, as all of that name were.
		if (at === -1) break;
		const left = edit(value);
		lines += given.slice(done, at) + (left === value ? line : left === '' ? '' : `${raw[i]}: ${left}\r\n`);
		done = at + line.length;
	}
	return done === 0 ? given : lines + given.slice(done);
}

/** Of a whole line, at `from` or later: another one's may end in the same words. */
function beginningOf(lines: string, line: string, from: number): number {
	if (lines.startsWith(line, from)) return from;
	const at = lines.indexOf(`\n${line}`, from);
	return at === -1 ? -1 : at + 1;
}
