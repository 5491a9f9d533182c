/** Every line of this name (a plain one) with another value, or without one and its line. */
export function editedLines(lines: string, name: string, edit: (value: string) => string): string {
	return lines.replace(new RegExp(`^(${name}): ?(.*)\\r\\n`, 'gim'), (_, written: string, value: string) => {
		const left = edit(value);
		return left === '' ? '' : `${written}: ${left}\r\n`;
	});
}
