/** What cookies of these names hold, which AWS encrypts: their parts. One that cannot be read has none that fit. */
export function readCookie(cookies: string | undefined, names: readonly string[]): string[][] {
	return (cookies ?? '').split(';').flatMap((pair) => {
		const [name = '', value] = pair.trim().split('=');
		return names.includes(name) && value !== undefined ? [Buffer.from(value, 'base64url').toString().split('|')] : [];
	});
}
