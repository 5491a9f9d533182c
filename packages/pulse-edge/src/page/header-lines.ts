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
	let lines = given;
	for (let i = 0; i < raw.length; i += 2) {
		if (raw[i]!.length !== name.length || raw[i]!.toLowerCase() !== name) continue;
		const value = raw[i + 1]!;
		const line = `${raw[i]}: ${value}\r\n`;
		const at = beginningOf(lines, line);
		const left = edit(value);
		if (at === -1 || left === value) continue;
		const edited = left === '' ? '' : `${raw[i]}: ${left}\r\n`;
		lines = lines.slice(0, at) + edited + lines.slice(at + line.length);
	}
	return lines;
}

/** Of a whole line: another one's may end in the same words. */
function beginningOf(lines: string, line: string): number {
	if (lines.startsWith(line)) return 0;
	const at = lines.indexOf(`\n${line}`);
	return at === -1 ? -1 : at + 1;
}
