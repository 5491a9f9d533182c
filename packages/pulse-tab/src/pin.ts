const KEY = 'pulse_deployment';
/** For requests whose address stays as it is (contract R2.1). */
export const HEADER = 'x-pulse-deployment';
export const REPLICA_HEADER = 'x-pulse-replica';

/** A worker has no document. */
const page = globalThis.document as Document | undefined;
const tag = page?.currentScript as HTMLScriptElement | null | undefined;
/** The version that served this page, or this worker, whose address says it. */
export const id = tag?.dataset.pulse ?? (page ? '' : (new URLSearchParams(location.search).get(KEY) ?? ''));
/** Said by the bundle: a container app's replicas are not told apart. */
declare const HAS_REPLICAS: boolean;
/** Of that version, the replica that holds the page's session; absent where there is one alone. */
export const replica = HAS_REPLICAS ? tag?.dataset.replica : undefined;
/** Behind the version in an address: of letters that need no escape there. */
const named = replica ? `&pulse_replica=${replica}` : '';
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
	// Of this origin, for requests and sockets; what is within the page (`blob:`) has no host.
	const isOwn = url.host && url.origin.replace(/^ws/, 'http') === location.origin;
	if (!isOwn || url.searchParams.has(KEY)) return text;
	return text.replace(/^[^#]*/, (part) => {
		// Without a path or a query of its own it stands for the page's.
		const written = part || url.href.split('#')[0]!;
		const joint = !written.includes('?') ? '?' : /[?&]$/.test(written) ? '' : '&';
		return `${written}${joint}${KEY}=${id}${named}`;
	});
}

/** As the page wrote it. */
export function unpinned(address: string): string {
	return address.replace(new RegExp(`([?&])${KEY}=${id}${named}(&|(?=#|$))`), (_, before: string, after: string) =>
		after ? before : '',
	);
}

/** The address bar shows no pin. Within another page the address carries the version on, by the referrer. */
export function clearAddress(): void {
	const shown = unpinned(location.href);
	if (top === window && shown !== location.href) history.replaceState(history.state, '', shown);
}
