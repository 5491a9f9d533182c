/** A name as people write it. Route 53 ends it with a dot, and escapes all but letters, digits, hyphens and underscores. */
export function plainName(name: string): string {
	const unescaped = name.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
	return unescaped.replace(/\.$/, '').toLowerCase();
}
