import type { ClientRequest } from '../entry/client-messages.ts';
import type { RequestHead } from '../entry/request-head.ts';
import { AFFINITY_HEADER, SELECTED_DEPLOYMENT_HEADER } from '../protocol.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import type { AnswerEdits } from './forward-request.ts';
import { forwardedLines } from './forwarded.ts';
import { droppedBy, HOP_BY_HOP } from './hop-by-hop.ts';

/**
 * The one chokepoint for headers, used by requests and websockets alike. Works on raw name/value arrays, so case, order
 * and duplicates survive.
 *
 * Dropped, both ways: hop-by-hop headers, and whatever a `Connection` header names — except the end-to-end headers in
 * PROTECTED, because otherwise `Connection: authorization, x-forwarded-for` lets a client strip what others added.
 *
 * `Accept-Encoding` passes, unlike in contract R2.10: the predecessor asked for `identity` because it re-encoded bodies.
 * Bodies pass through here untouched, so a backend's compression reaches the browser as it is.
 */

/** Everything after the request line of a forwarded request, the blank line included. */
export function requestLines(head: RequestHead, peer: string, requestId: string): string {
	let text = `Host: ${head.host}\r\n${head.lines}${forwardedLines(head.forwarded, head.host, peer)}${ownIdLine(head, requestId)}`;
	if (head.chunked) text += 'Transfer-Encoding: chunked\r\n';
	else if (head.contentLength !== -1) text += `Content-Length: ${head.contentLength}\r\n`;
	if (head.expectation !== '') text += `Expect: ${head.expectation}\r\n`;
	if (head.acceptsTrailers) text += 'Connection: TE\r\nTE: trailers\r\n';
	return `${text}\r\n`;
}

/** Everything after the request line of a forwarded websocket handshake. */
export function handshakeLines(head: RequestHead, peer: string, requestId: string): string {
	return (
		`Host: ${head.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${head.lines}` +
		`${forwardedLines(head.forwarded, head.host, peer)}${ownIdLine(head, requestId)}\r\n`
	);
}

/** Only where a client gave no id of its own, which is among the copied headers. */
function ownIdLine(head: RequestHead, requestId: string): string {
	return head.requestId === '' ? `x-request-id: ${requestId}\r\n` : '';
}

/** A backend's headers as this client gets them: a flat array of names and values. `raw`: its own, or what is said in their place. */
export function responseHeaders(
	head: ResponseHead,
	raw: readonly string[],
	deploymentId: string,
	asked: RequestHead,
	client: ClientRequest,
	edits: AnswerEdits | null,
): string[] {
	const following = followingOf(head, client);
	const dropped = droppedBy(raw);
	const kept: string[] = [];
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!;
		if (isDropped(name, dropped) || isOutOfPlace(name, following)) continue;
		const value = raw[i + 1]!;
		kept.push(name, edits === null ? value : edits.valueOf(name, value));
	}
	kept.push(SELECTED_DEPLOYMENT_HEADER, deploymentId);
	// Beside a `Vary` of the backend's own, to which it adds (RFC 9110 §12.5.5).
	const vary = asked.pinnedByHeader ? AFFINITY_HEADER : (edits?.varies ?? '');
	if (vary !== '') kept.push('vary', vary);
	return kept;
}

/** The same as lines, each ending in CRLF. */
export function responseLines(
	raw: readonly string[],
	deploymentId: string,
	asked: RequestHead,
	edits: AnswerEdits | null = null,
): string {
	const dropped = droppedBy(raw);
	let lines = '';
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!;
		if (isDropped(name, dropped)) continue;
		const value = raw[i + 1]!;
		lines += `${name}: ${edits === null ? value : edits.valueOf(name, value)}\r\n`;
	}
	const vary = asked.pinnedByHeader ? AFFINITY_HEADER : (edits?.varies ?? '');
	const own = `${lines}${SELECTED_DEPLOYMENT_HEADER}: ${deploymentId}\r\n`;
	return vary === '' ? own : `${own}vary: ${vary}\r\n`;
}

/** Of a 1xx response. A length there would make its reader wait for a body. */
export function interimLines(raw: readonly string[]): string {
	const dropped = droppedBy(raw);
	let lines = '';
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!;
		if (!isDropped(name, dropped) && name.toLowerCase() !== 'content-length') lines += `${name}: ${raw[i + 1]}\r\n`;
	}
	return lines;
}

type Following = 'nothing' | 'body' | 'body-and-trailers';

function followingOf(head: ResponseHead, { method, httpVersion }: ClientRequest): Following {
	if (head.status === 204) return 'nothing';
	const chunked = head.chunked && head.status !== 304 && method !== 'HEAD' && httpVersion !== '1.0';
	return chunked ? 'body-and-trailers' : 'body';
}

/** Trailers may only be announced where they can follow: Node throws elsewhere. Only a response that has a body has a length. */
function isOutOfPlace(name: string, following: Following): boolean {
	if (name.length === 7) return following !== 'body-and-trailers' && name.toLowerCase() === 'trailer';
	return following === 'nothing' && name.length === 14 && name.toLowerCase() === 'content-length';
}

const DROPPED_FROM_RESPONSES = new Set([...HOP_BY_HOP, SELECTED_DEPLOYMENT_HEADER]);
/** One bit for each length of a name above: most names are ruled out by it, on every response. */
const DROPPED_LENGTHS = [...DROPPED_FROM_RESPONSES].reduce((bits, name) => bits | (1 << name.length), 0);

function isDropped(name: string, named: Set<string> | null): boolean {
	if (named?.has(name.toLowerCase())) return true;
	return (
		name.length < 32 && ((DROPPED_LENGTHS >>> name.length) & 1) === 1 && DROPPED_FROM_RESPONSES.has(name.toLowerCase())
	);
}
