import {
	AFFINITY_HEADER,
	CLIENT_LOADER_HEADER,
	CLIENT_LOADER_LOCATION_HEADER,
	SELECTED_DEPLOYMENT_HEADER,
} from '../protocol.ts';
import type { FailureCause } from './failures.ts';
import { type ForwardedHeaders, forwardedLines } from './forwarded.ts';

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
export interface RequestHead {
	/** Header lines to forward, each ending in CRLF. No framing, no `Host`, no forwarding headers. */
	lines: string;
	host: string;
	hosts: number;
	affinity: string;
	origin: string;
	requestId: string;
	railwayRequestId: string;
	/** `-1` without a Content-Length. */
	contentLength: number;
	chunked: boolean;
	expectsContinue: boolean;
	acceptsTrailers: boolean;
	fetchDest: string;
	clientLoader: string;
	clientLoaderLocation: string;
	corsMethod: string;
	corsHeaders: string;
	forwarded: ForwardedHeaders;
	/** Why this head must not reach a backend. */
	refused: FailureCause | null;
}

type Take = (head: RequestHead, value: string) => void;

/** Headers that are not simply copied. `null` drops; a function reads, and copies too when it is in COPIED. */
const TAKEN = new Map<string, Take>([
	[
		'host',
		(head, value) => {
			if (head.hosts++ > 0 || !HOST.test(value)) head.refused = 'bad-request';
			head.host = value;
		},
	],
	[
		'content-length',
		(head, value) => {
			if (head.contentLength !== -1 || !/^\d{1,15}$/.test(value)) head.refused = 'bad-request';
			head.contentLength = Number(value);
		},
	],
	[
		'transfer-encoding',
		(head, value) => {
			if (head.chunked) head.refused = 'bad-request';
			else if (value.toLowerCase() !== 'chunked') head.refused = 'unknown-transfer-coding';
			head.chunked = true;
		},
	],
	[
		'expect',
		(head, value) => {
			head.expectsContinue = value.toLowerCase() === '100-continue';
		},
	],
	[
		'te',
		(head, value) => {
			if (/(?:^|[,\s])trailers(?:$|[,;\s])/i.test(value)) head.acceptsTrailers = true;
		},
	],
	['connection', () => {}],
	['keep-alive', () => {}],
	['proxy-authenticate', () => {}],
	['proxy-authorization', () => {}],
	['proxy-connection', () => {}],
	['trailers', () => {}],
	['upgrade', () => {}],
	['http2-settings', () => {}],
	[
		'x-forwarded-for',
		(head, value) => {
			head.forwarded.for = head.forwarded.for === '' ? value : `${head.forwarded.for}, ${value}`;
		},
	],
	[
		'x-forwarded-proto',
		(head, value) => {
			head.forwarded.proto ||= value;
		},
	],
	[
		'x-forwarded-host',
		(head, value) => {
			head.forwarded.host ||= value;
		},
	],
	[
		'forwarded',
		(head, value) => {
			head.forwarded.standard = head.forwarded.standard === '' ? value : `${head.forwarded.standard}, ${value}`;
		},
	],
	[
		'x-real-ip',
		(head, value) => {
			head.forwarded.realIp ||= value;
		},
	],
]);

const READ = new Map<string, Take>([
	[
		AFFINITY_HEADER,
		(head, value) => {
			head.affinity ||= value;
		},
	],
	[
		'origin',
		(head, value) => {
			head.origin ||= value;
		},
	],
	[
		'x-request-id',
		(head, value) => {
			head.requestId ||= value;
		},
	],
	[
		'x-railway-request-id',
		(head, value) => {
			head.railwayRequestId ||= value;
		},
	],
	[
		'sec-fetch-dest',
		(head, value) => {
			head.fetchDest ||= value;
		},
	],
	[
		CLIENT_LOADER_HEADER,
		(head, value) => {
			head.clientLoader ||= value;
		},
	],
	[
		CLIENT_LOADER_LOCATION_HEADER,
		(head, value) => {
			head.clientLoaderLocation ||= value;
		},
	],
	[
		'access-control-request-method',
		(head, value) => {
			head.corsMethod ||= value;
		},
	],
	[
		'access-control-request-headers',
		(head, value) => {
			head.corsHeaders ||= value;
		},
	],
]);

/** No separators of userinfo, path or list: what one backend takes for the host must be what every backend takes for it. */
const HOST = /^[^\s/\\@,?#]*$/;

const HOP_BY_HOP = new Set([
	'connection',
	'keep-alive',
	'proxy-authenticate',
	'proxy-authorization',
	'proxy-connection',
	'te',
	'trailers',
	'transfer-encoding',
	'upgrade',
]);

/** What a `Connection` header may not name: prefixes end in `-`. */
const PROTECTED = new Set([
	'host',
	'authorization',
	'cookie',
	'set-cookie',
	'origin',
	'referer',
	'content-length',
	'content-type',
	'content-encoding',
	'content-security-policy',
	'strict-transport-security',
	'cache-control',
	'vary',
	'date',
	'expect',
	'forwarded',
	'x-real-ip',
	'x-request-id',
	'x-request-start',
	'x-frame-options',
	'x-content-type-options',
]);
const PROTECTED_PREFIX = /^(?:x-forwarded-|x-pulse-|x-railway-|sec-|access-control-)/;

/** Names that this `Connection` value declares hop-by-hop, beyond those that always are; `null` in the usual case. */
function namedBy(connection: string): Set<string> | null {
	let named: Set<string> | null = null;
	for (const part of connection.toLowerCase().split(',')) {
		const name = part.trim();
		if (name === '' || name === 'close' || HOP_BY_HOP.has(name)) continue;
		if (PROTECTED.has(name) || PROTECTED_PREFIX.test(name)) continue;
		named ??= new Set();
		named.add(name);
	}
	return named;
}

function droppedBy(raw: readonly string[]): Set<string> | null {
	let dropped: Set<string> | null = null;
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!;
		if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
		const value = raw[i + 1]!;
		if (value === 'keep-alive' || value === 'close' || value === 'Upgrade') continue;
		for (const more of namedBy(value) ?? []) dropped = (dropped ?? new Set()).add(more);
	}
	return dropped;
}

/** Reads a client's raw headers once. */
export function readRequestHead(raw: readonly string[]): RequestHead {
	const head: RequestHead = {
		lines: '',
		host: '',
		hosts: 0,
		affinity: '',
		origin: '',
		requestId: '',
		railwayRequestId: '',
		contentLength: -1,
		chunked: false,
		expectsContinue: false,
		acceptsTrailers: false,
		fetchDest: '',
		clientLoader: '',
		clientLoaderLocation: '',
		corsMethod: '',
		corsHeaders: '',
		forwarded: { for: '', proto: '', host: '', standard: '', realIp: '' },
		refused: null,
	};
	const dropped = droppedBy(raw);
	let lines = '';
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!;
		const value = raw[i + 1]!;
		const lower = name.toLowerCase();
		const take = TAKEN.get(lower);
		if (take !== undefined) {
			take(head, value);
			continue;
		}
		const read = READ.get(lower);
		if (read !== undefined) read(head, value);
		if (dropped?.has(lower)) continue;
		lines += `${name}: ${value}\r\n`;
	}
	if (head.chunked && head.contentLength !== -1) head.refused = 'bad-request';
	head.lines = lines;
	return head;
}

/** Everything after the request line of a forwarded request, the blank line included. */
export function requestLines(head: RequestHead, peer: string, encrypted: boolean, requestId: string): string {
	let text = `Host: ${head.host}\r\n${head.lines}${forwardedLines(head.forwarded, head.host, peer, encrypted)}`;
	if (head.requestId === '') text += `x-request-id: ${requestId}\r\n`;
	if (head.chunked) text += 'Transfer-Encoding: chunked\r\n';
	else if (head.contentLength !== -1) text += `Content-Length: ${head.contentLength}\r\n`;
	if (head.expectsContinue) text += 'Expect: 100-continue\r\n';
	if (head.acceptsTrailers) text += 'Connection: TE\r\nTE: trailers\r\n';
	return `${text}\r\n`;
}

/** Everything after the request line of a forwarded websocket handshake. */
export function handshakeLines(head: RequestHead, peer: string, encrypted: boolean): string {
	return (
		`Host: ${head.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${head.lines}` +
		`${forwardedLines(head.forwarded, head.host, peer, encrypted)}\r\n`
	);
}

/** A backend's headers as the client gets them: a flat array of names and values. */
export function responseHeaders(raw: readonly string[], deploymentId: string): string[] {
	const dropped = droppedBy(raw);
	const kept: string[] = [];
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!;
		if (!isDropped(name, dropped)) kept.push(name, raw[i + 1]!);
	}
	kept.push(SELECTED_DEPLOYMENT_HEADER, deploymentId);
	return kept;
}

/** The same as lines, each ending in CRLF. */
export function responseLines(raw: readonly string[], deploymentId: string): string {
	const dropped = droppedBy(raw);
	let lines = '';
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!;
		if (!isDropped(name, dropped)) lines += `${name}: ${raw[i + 1]}\r\n`;
	}
	return `${lines}${SELECTED_DEPLOYMENT_HEADER}: ${deploymentId}\r\n`;
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

/** Trailer fields that may follow a body: never framing, routing or credentials (RFC 9110 §6.5.1). */
export function trailerFields(raw: readonly string[]): [string, string][] {
	const kept: [string, string][] = [];
	for (let i = 0; i < raw.length; i += 2) {
		const lower = raw[i]!.toLowerCase();
		if (HOP_BY_HOP.has(lower) || PROTECTED.has(lower) || PROTECTED_PREFIX.test(lower)) continue;
		kept.push([raw[i]!, raw[i + 1]!]);
	}
	return kept;
}
