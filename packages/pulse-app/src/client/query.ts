/** The address with these parameters in place of others of the same names. The rest of it stays as it was written. */
export function withQuery(url: URL, query: Readonly<Record<string, string>>): URL {
	const own = url.search.slice(1).split('&');
	const kept = own.filter((part) => part !== '' && !(nameOf(part) in query));
	const added = Object.entries(query).map(
		([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
	);
	const pinned = new URL(url);
	pinned.search = [...kept, ...added].join('&');
	return pinned;
}

function nameOf(part: string): string {
	const [[name] = ['']] = new URLSearchParams(part);
	return name;
}

/** An address of this page's own server with these parameters; any other as it is. */
export function pinnedAddress(address: string | URL, query: Readonly<Record<string, string>>): string {
	if (!URL.canParse(String(address), document.baseURI)) return String(address);
	const url = new URL(address, document.baseURI);
	const isOwn = url.host === location.host && url.protocol.replace(/^ws/, 'http') === location.protocol;
	return isOwn ? withQuery(url, query).href : String(address);
}
