import { SELECTED_DEPLOYMENT_HEADER } from '../protocol.ts';
import { headerOf } from '../raw-headers.ts';
import { SESSION_IDLE_S } from './cookie.ts';
import { admit } from './csp.ts';
import type { PageKind } from './is-document.ts';
import type { PinSource } from './pins.ts';
import { pinnedLocation } from './redirects.ts';
import { REPORT_PATH, type TabScript } from './tab-script.ts';
import { etagOf } from './validators.ts';

/** What is known of a request when its answer comes. */
export interface AnswerPlan {
	readonly kind: PageKind;
	readonly method: string;
	readonly source: PinSource;
	/** Whole browsers stay, not tabs. */
	readonly session: boolean;
	/** The hosts under which this app is asked; the browser's own first. */
	readonly hosts: readonly string[];
	/** What names the version to this browser's further requests, by its id. */
	readonly cookie: (id: string) => string;
	readonly script: () => TabScript;
	readonly nonce: () => string;
}

/** An app's answer to a part of a page, as header lines and body in one text: by far the most, and hardly changed. */
export function editedText(plan: AnswerPlan, id: string, status: number, text: string): string | null {
	if (isRedirect(status) && carriesPin(plan)) return null;
	const end = text.indexOf('\r\n\r\n');
	let head = text.slice(0, end + 2);
	const before = head;
	if (/\r\netag:/i.test(head))
		head = head.replace(/(\r\netag: *)([^\r]*)/gi, (_, name: string, value: string) => name + etagOf(value, id));
	if (variesByCookie(plan) && !/\r\ncache-control:[^\r]*immutable/i.test(head)) head += 'vary: Cookie\r\n';
	return head === before ? text : head + text.slice(end + 2);
}

/** An app's answer, as flat headers. `markup`: what its page gets first of all; `null` for what is no page. */
export function editedHeaders(
	plan: AnswerPlan,
	status: number,
	given: readonly string[],
): { headers: string[]; markup: string | null } {
	const id = headerOf(given, SELECTED_DEPLOYMENT_HEADER)!;
	const html = plan.kind !== 'part' && isHtml(status, given);
	const page = html && isPlain(given);
	const headers: string[] = [];
	for (let i = 0; i < given.length; i += 2) {
		const name = given[i]!;
		const lower = name.toLowerCase();
		let value = given[i + 1]!;
		if (page && OF_THE_BYTES.has(lower)) continue;
		if (lower === 'etag') value = etagOf(value, id);
		else if (lower === 'location' && isRedirect(status) && carriesPin(plan))
			value = pinnedLocation(value, id, plan.hosts) ?? value;
		headers.push(name, value);
	}
	// A file that is saved leaves the page that is shown, and with it its version.
	if (plan.kind === 'document' && (html || plan.session)) headers.push('set-cookie', plan.cookie(id));
	if (plan.kind === 'part') {
		const immutable = /immutable/i.test(headerOf(given, 'cache-control') ?? '');
		if (variesByCookie(plan) && !immutable) headers.push('vary', 'Cookie');
	}
	if (!page) return { headers, markup: null };
	// Another version may be the active one in a moment; and a page that nobody may keep is still one that nobody may keep.
	const kept = /no-store/i.test(headerOf(given, 'cache-control') ?? '') ? ', no-store' : '';
	headers.push('cache-control', `private, no-cache${kept}`);
	return { headers, markup: plan.script().tag(id, admitted(plan, headers), plan.session ? SESSION_IDLE_S : null) };
}

/** Policies are changed in place; returns the nonce that the script needs, `''` for none. */
function admitted(plan: AnswerPlan, headers: string[]): string {
	const places: number[] = [];
	for (let i = 0; i < headers.length; i += 2) if (POLICY.test(headers[i]!)) places.push(i + 1);
	if (places.length === 0) return '';
	const [host = ''] = plan.hosts;
	const { policies, nonce } = admit(
		places.map((place) => headers[place]!),
		{ script: host + plan.script().path, reports: host + REPORT_PATH, nonce: plan.nonce },
	);
	places.forEach((place, index) => {
		headers[place] = policies[index]!;
	});
	return nonce;
}

const POLICY = /^content-security-policy(?:-report-only)?$/i;
/** They speak of bytes that change. */
const OF_THE_BYTES = new Set([
	'content-length',
	'etag',
	'last-modified',
	'cache-control',
	'accept-ranges',
	'content-md5',
	'digest',
	'repr-digest',
	'content-digest',
	'expires',
]);

function isHtml(status: number, headers: readonly string[]): boolean {
	if (status === 204 || status === 205 || status === 206 || status === 304 || isRedirect(status)) return false;
	const type = headerOf(headers, 'content-type') ?? '';
	if (!/^\s*text\/html\s*(?:;|$)/i.test(type) || /charset\s*=\s*["']?\s*utf-?(?:16|32)/i.test(type)) return false;
	return !/^\s*attachment/i.test(headerOf(headers, 'content-disposition') ?? '');
}

/** It was asked for as it is; what comes encoded all the same is left alone. */
function isPlain(headers: readonly string[]): boolean {
	return /^\s*(?:identity\s*)?$/i.test(headerOf(headers, 'content-encoding') ?? '');
}

function isRedirect(status: number): boolean {
	return status > 300 && status < 309 && status !== 304;
}

/** A redirect is followed without what the request said, but for a header; what a cookie said is said again, of documents only by a form. */
function carriesPin({ source, kind, method }: AnswerPlan): boolean {
	if (source === 'cookie') return kind === 'document' && method === 'POST';
	return source === 'query' || source === 'next' || source === 'referer';
}

/** Another version may answer at the same address, because the cookie said so or said nothing. */
function variesByCookie({ source }: AnswerPlan): boolean {
	return source === 'cookie' || source === 'none';
}
