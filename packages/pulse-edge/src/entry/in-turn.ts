import type { IncomingMessage } from 'node:http';
import type { PlainResponse } from '../node/response.ts';
import { headerOf } from '../raw-headers.ts';
import { endAndLinger } from '../report/answer.ts';

const LAST = Symbol('last response on this connection');
const TURN = Symbol('the response that is written');
const WAITING = Symbol('pipelined requests that wait');
const HELD = Symbol('bytes that they take');
const KEPT_UNREAD = Symbol('what comes now is for a handshake');

type Connection = IncomingMessage['socket'] & {
	[LAST]?: PlainResponse;
	[TURN]?: PlainResponse;
	[WAITING]?: number;
	[HELD]?: number;
	[KEPT_UNREAD]?: true;
};

/** Pipelined requests that wait on one connection before its reading pauses, so that answers can catch up. */
const PAUSED_AT = 32;
/** A pause ends after this long all the same: only a client that is read is seen to leave. */
export const PAUSE_MS = 1_000;
/**
 * Pipelined requests that may wait on one connection. Node's parser makes a request of all that one read of 64 KB holds,
 * up to 2,300 of them, and has to be stopped within it. Heads of 300 bytes and more meet this only behind a slow answer.
 */
const MOST_WAITING = 256;
/** Bytes that all which wait may take in this process: a request costs 2 KB, and its sender 30 bytes. */
const MOST_HELD = 8_000_000;
const REQUEST_BYTES = 2_000;
/** A name or a value of a header, besides its letters: a head of 64 KB may hold 30,000 of them. */
const TEXT_BYTES = 32;
/** What Node reads of a body that is not taken yet: its high-water mark, and one read. */
const BODY_BYTES = 262_144 + 65_536;
let heldInAll = 0;

/** So many bytes may wait as well; false when too many do already. */
export function mayHold(bytes: number): boolean {
	if (heldInAll + bytes > MOST_HELD) return false;
	heldInAll += bytes;
	return true;
}

export function release(bytes: number): void {
	heldInAll -= bytes;
}

/**
 * Starts a pipelined request when the one before it is answered. Node would start all of them at once; on separate
 * backend connections a POST could then overtake the one it depends on.
 */
export function inTurn(request: IncomingMessage, response: PlainResponse, start: () => void) {
	const socket: Connection = request.socket;
	// Where Node's parser cannot be stopped before it makes another request of what it has read.
	if (mayNotWait(socket)) return void socket.destroy();
	const previous = socket[LAST];
	socket[LAST] = response;
	const begin = () => {
		socket[TURN] = response;
		start();
	};
	if (previous === undefined) return begin();
	const next = () => startAfter(previous, socket, begin);
	if (previous.answered) return next();
	const bytes = bytesOf(request);
	// Not at once: at the end of every message that was read already, Node resumes.
	if (wait(socket, bytes) >= PAUSED_AT) process.nextTick(pause, socket);
	previous.once('close', () => {
		stopWaiting(socket, bytes);
		next();
	});
}

function bytesOf({ url, rawHeaders }: IncomingMessage): number {
	let bytes = REQUEST_BYTES + url!.length;
	for (const text of rawHeaders) bytes += TEXT_BYTES + text.length;
	const hasBody = (headerOf(rawHeaders, 'content-length') ?? '0') !== '0' || headerOf(rawHeaders, 'transfer-encoding');
	return hasBody ? bytes + BODY_BYTES : bytes;
}

function wait(socket: Connection, bytes: number): number {
	// What waits behind a connection that is gone gets no event of its own.
	if (socket[WAITING] === undefined) socket.once('close', forget);
	socket[WAITING] = (socket[WAITING] ?? 0) + 1;
	socket[HELD] = (socket[HELD] ?? 0) + bytes;
	heldInAll += bytes;
	return socket[WAITING];
}

function stopWaiting(socket: Connection, bytes: number) {
	if (!socket[WAITING]) return;
	socket[WAITING]--;
	socket[HELD]! -= bytes;
	release(bytes);
	if (socket[WAITING] === PAUSED_AT - 1) readOn(socket);
}

function forget(this: Connection) {
	release(this[HELD]!);
	this[WAITING] = 0;
}

function pause(socket: Connection) {
	if (socket[WAITING]! < PAUSED_AT || socket.isPaused()) return;
	socket.pause();
	setTimeout(readOn, PAUSE_MS, socket).unref();
}

function readOn(socket: Connection) {
	if (!socket[KEPT_UNREAD]) socket.resume();
}

/** This connection, or all together, may have no further request wait: it is to be answered what it has, and closed. */
export function mayNotWait(socket: Connection): boolean {
	const last = socket[LAST];
	if (last === undefined || last.answered) return false;
	return (socket[WAITING] ?? 0) >= MOST_WAITING || heldInAll >= MOST_HELD;
}

/** Node's parser is gone from it: what still comes is read and dropped, so that its end is noticed. */
export function closeAfterAnswers(socket: Connection) {
	answersOnBareSocket(socket);
	socket.resume();
	const close = () => {
		if (!socket.destroyed) endAndLinger(socket, '');
	};
	const last = socket[LAST];
	if (last === undefined || last.answered) close();
	else last.once('close', close);
}

/** The same for a handshake, which has no response of its own. */
export function handshakeInTurn(socket: Connection, start: () => void) {
	socket[KEPT_UNREAD] = true;
	const previous = socket[LAST];
	if (previous === undefined) return start();
	const next = () => startAfter(previous, socket, start);
	if (previous.answered) return next();
	answersOnBareSocket(socket);
	previous.once('close', next);
}

/** Node no longer tells the answers that are owed on a socket which it let go of that there is room again. */
function answersOnBareSocket(socket: Connection) {
	socket.on('drain', passDrain);
}

function passDrain(this: Connection) {
	this[TURN]?.emit('drain');
}

/** After an answer that closes the connection nothing more is served: what follows may be part of a refused body. */
function startAfter(previous: PlainResponse, socket: Connection, start: () => void) {
	if (!previous.shouldKeepAlive) socket.destroySoon();
	else if (!socket.destroyed) start();
}

/** The response that this connection still owes; `null` when it owes none. */
export function owedResponse(socket: object): PlainResponse | null {
	const last = (socket as { [LAST]?: PlainResponse })[LAST];
	return last === undefined || last.answered ? null : last;
}
