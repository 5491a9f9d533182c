import { METHODS, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ClientResponse } from '../entry/client-messages.ts';
import { type FailureCause, failureOf } from './failures.ts';
import { httpDate } from './http-date.ts';
import type { Answer } from './stale.ts';

/** Every method that Node parses, but for the two that are no request to an app (contract, decision 26). */
const ALLOWED = METHODS.filter((method) => method !== 'TRACE' && method !== 'CONNECT').join(', ');

/** What the client reads for a failure. */
export function failureAnswer(cause: FailureCause): Answer {
	const failure = failureOf(cause);
	const headers = ['content-type', 'application/json'];
	if (failure.retryAfter !== undefined) headers.push('retry-after', String(failure.retryAfter));
	if (failure.status === 405) headers.push('allow', ALLOWED);
	return { status: failure.status, headers, body: JSON.stringify({ detail: failure.detail }) };
}

export function jsonAnswer(status: number, body: unknown): Answer {
	return { status, headers: ['content-type', 'application/json'], body: JSON.stringify(body) };
}

/** What the router says is true for now and for this request: no cache may give it to the next one (decision 27). */
const NOT_KEPT = ['cache-control', 'no-store'];

/** Of these answers the router is the origin, which says when it gave them (RFC 9110 §6.6.1). */
const headersOf = (answer: Answer) => [...answer.headers, 'date', httpDate(), ...NOT_KEPT];

/** Answers through Node's response, which keeps order among pipelined requests and drops the body of a HEAD. */
export function writeAnswer(response: Pick<ClientResponse, 'writeHead' | 'end'>, answer: Answer): void {
	const headers = headersOf(answer);
	if (answer.status !== 204) headers.push('content-length', String(Buffer.byteLength(answer.body)));
	response.writeHead(answer.status, reasonOf(answer), headers);
	response.end(answer.body, 'utf8');
}

/** Answers on a bare socket — a refused upgrade, a request that did not parse — and ends it. */
export function writeRawAnswer(socket: Socket, answer: Answer): void {
	if (!socket.writable) {
		socket.destroy();
		return;
	}
	let text = `HTTP/1.1 ${answer.status} ${reasonOf(answer)}\r\n`;
	const headers = headersOf(answer);
	for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
	text += `content-length: ${Buffer.byteLength(answer.body)}\r\nconnection: close\r\n\r\n${answer.body}`;
	endAndLinger(socket, text);
}

function reasonOf({ status }: Answer): string {
	return STATUS_CODES[status] ?? '';
}

export function endAndLinger(socket: Socket, text: string): void {
	socket.end(text, 'latin1');
	linger(socket, LINGER_MS);
}

/**
 * Gives the client `ms` to take the last of a bare socket that was ended, and to end its side. What it still sends is read
 * and dropped: closing with unread input would reset the connection, and Node tells of no end behind unread input.
 */
export function linger(socket: Socket, ms: number): void {
	socket.resume();
	const timer = setTimeout(() => socket.destroy(), ms);
	socket.once('close', () => clearTimeout(timer));
}

const LINGER_MS = 2_000;
