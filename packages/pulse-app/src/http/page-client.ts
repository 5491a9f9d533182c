import type { Directives } from '../plugin.ts';

/** Id of the script element that tells the browser client which deployment served the page. */
export const DIRECTIVES_ELEMENT_ID = '__PULSE_DIRECTIVES';

/** What a page needs to become live (`app.client`). */
export interface PageClient {
	/** For its `<head>`, before other scripts. */
	readonly head: string;
	/** The same for a page whose content security policy names a nonce. */
	headWith(options: { readonly nonce?: string }): string;
	/** Address of the browser client. */
	readonly module: string;
	/** Address of `pulse-app/client/banner`. */
	readonly banner: string;
	/**
	 * An address of the app that stays on this deployment, for what the page's own HTML names: `/main.js`, a style, a chunk in an
	 * import map. A page may be answered a moment before a newer version is promoted, and ask for its parts a moment after.
	 */
	url(path: string): string;
}

interface HeadParts {
	readonly directives: Directives;
	/** Address of the script that keeps what a page sends on its deployment. */
	readonly script: string;
	/** Of the page's content security policy. */
	readonly nonce?: string | undefined;
}

/** The deployment that a page belongs to, as plugins of deploy tools name it. */
const PIN = 'pulse_deployment';
/** And of its replicas the one that holds the page's session. */
const REPLICA = 'pulse_replica';

/** What files are asked for by, which are the same on every replica: by its name too a browser would keep one for each. */
export function versionOf({ query: { [REPLICA]: _, ...query } }: Directives): Record<string, string> {
	return query;
}

/** `<` is escaped, so that no value can end the script element. */
export function headTag({ directives, script, nonce }: HeadParts): string {
	const json = JSON.stringify(directives).replaceAll('<', '\\u003c');
	const id = directives.query[PIN];
	const allowed = nonce === undefined ? '' : ` nonce="${attribute(nonce)}"`;
	// Under development, and on a server of one's own, pages and server are of one version.
	const replica = directives.query[REPLICA];
	const named = replica ? ` data-replica="${attribute(replica)}"` : '';
	const tab = id ? `<script src="${attribute(script)}" data-pulse="${attribute(id)}"${named}${allowed}></script>` : '';
	return `${tab}<script type="application/json" id="${DIRECTIVES_ELEMENT_ID}">${json}</script>`;
}

/** A path of the app with these parameters behind its own. */
export function pinnedPath(path: string, query: Readonly<Record<string, string>>): string {
	const search = new URLSearchParams(query).toString();
	if (search === '') return path;
	const [, address = '', hash = ''] = /^([^#]*)(.*)$/s.exec(path) ?? [];
	return `${address}${address.includes('?') ? '&' : '?'}${search}${hash}`;
}

function attribute(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
