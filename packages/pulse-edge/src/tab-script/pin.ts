const KEY = 'pulse_deployment';

/** A worker has no document. */
const page = typeof document === 'undefined' ? null : document;
const tag = page?.currentScript as HTMLScriptElement | null | undefined;
/** The version that served this page, or this worker, whose address says it. */
export const id = tag?.dataset.pulse ?? (page ? '' : (new URLSearchParams(location.search).get(KEY) ?? ''));
/** Seconds that a browser keeps it unused, where not each tab has its own. */
export const idle = tag?.dataset.idle;
// What draws the whole document anew expects to find what it sent.
tag?.remove();

const base = () => page?.baseURI ?? location.href;

/**
 * The same address with this page's version at its end, where it is one of this app; else as it is. Its text is never written
 * anew: apps compare and sign what they wrote.
 */
export function pin(address: unknown): string {
	const text = String(address).trim();
	let url: URL;
	try {
		url = new URL(text, base());
	} catch {
		return text;
	}
	if (!isOwn(url) || url.searchParams.has(KEY)) return text;
	const hash = text.indexOf('#');
	// Without a path or a query of its own it stands for the page's.
	const written = (hash < 0 ? text : text.slice(0, hash)) || url.href.split('#')[0]!;
	const joint = !written.includes('?') ? '?' : /[?&]$/.test(written) ? '' : '&';
	return `${written}${joint}${KEY}=${id}${hash < 0 ? '' : text.slice(hash)}`;
}

/** Of this origin, for requests and sockets. */
function isOwn({ protocol, host }: URL): boolean {
	return host === location.host && protocol.replace('ws', 'http') === location.protocol;
}

export function isOwnAddress(address: string): boolean {
	try {
		return isOwn(new URL(address, base()));
	} catch {
		return false;
	}
}

/** As the page wrote it. */
export function unpinned(address: string): string {
	return address.replace(new RegExp(`([?&])${KEY}=${id}(&|(?=#|$))`), (_, before: string, after: string) =>
		after ? before : '',
	);
}
