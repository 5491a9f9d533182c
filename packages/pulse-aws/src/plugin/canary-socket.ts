import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FrameBoundary } from 'pulse-edge/forward/frame-boundary';
import { countEnd } from 'pulse-edge/forward/samples';
import { drawnVisit } from 'pulse-edge/page/drawn-visitor';
import type { CanaryPart } from '../task/canary-part.ts';

/** A head of the app's own making: what is longer is none. */
const MOST_HEAD = 65_536;
/** Are remembered as counted. The earliest are forgotten first, and may count again. */
const MOST_VISITORS = 10_000;

/**
 * A websocket of a visitor who was drawn for this version, as the router of pulse-railway counts one: when it opens or is refused,
 * and when it ends, which is a failure where its server went without a close frame. Nothing is read of it but what is written.
 *
 * @param isEnding the process ends, and its sockets with it: that says nothing of the version
 */
export function countSocket(part: CanaryPart, request: IncomingMessage, socket: Socket, isEnding: () => boolean): void {
	const { live } = part;
	if (live === null || !isDrawn(part, request.headers)) return;
	const written = new Written();
	let hasClientLeft = socket.readableEnded;
	follow(socket, (chunk) => {
		const before = written.status;
		written.add(chunk);
		if (before === null && written.status !== null) countEnd(live, written.status >= 500);
	});
	const left = () => {
		hasClientLeft ||= !socket.writableEnded;
	};
	// What the app itself gives as the reason of an end is no failure of a system call.
	socket.once('end', left).on('error', (error) => 'syscall' in error && left());
	socket.once('close', () => {
		if (written.status === 101) countEnd(live, !hasClientLeft && !written.hasClosed && !isEnding());
		// The app did not answer: it ended the connection instead.
		else if (written.status === null && !hasClientLeft && !isEnding()) countEnd(live, true);
	});
}

/**
 * A page of such a visitor says that its script has failed, or that a part of it did not load. Counted once for each visitor: an
 * extension of a browser may fail in every page that it opens, and five of those would halt a canary that is no worse.
 */
export function countPageError(part: CanaryPart, headers: IncomingHttpHeaders, visitor: string): void {
	const { live, failedFor } = part;
	if (live === null || failedFor.has(visitor) || !isDrawn(part, headers)) return;
	failedFor.add(visitor);
	for (const earliest of failedFor) {
		if (failedFor.size <= MOST_VISITORS) break;
		failedFor.delete(earliest);
	}
	countEnd(live, true);
}

const isDrawn = (part: CanaryPart, { cookie = '' }: IncomingHttpHeaders) => drawnVisit(part, [cookie], false) !== null;

/** What a server has written on a connection that was to be upgraded. */
class Written {
	/** Of its answer; `null` before that is whole. */
	status: number | null = null;
	#head = '';
	readonly #frames = new FrameBoundary();

	get hasClosed(): boolean {
		return this.#frames.closed;
	}

	add(chunk: Buffer): void {
		if (this.status === 101) this.#frames.advance(chunk);
		if (this.status !== null) return;
		const from = this.#head.length;
		this.#head = (this.#head + chunk.toString('latin1')).slice(0, MOST_HEAD);
		const end = this.#head.indexOf('\r\n\r\n');
		if (end === -1) return;
		this.status = Number(/^HTTP\/1\.1 (\d{3})/.exec(this.#head)?.[1] ?? 0);
		if (this.status === 101) this.#frames.advance(chunk.subarray(end + 4 - from));
		// It is kept for as long as the socket.
		this.#head = '';
	}
}

/** Sees what is written to the socket, by whatever writes to it; the socket itself says nothing of that. */
function follow(socket: Socket, see: (chunk: Buffer) => void): void {
	const seen = (chunk: unknown, encoding: unknown) => {
		if (typeof chunk === 'string')
			see(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'));
		else if (chunk instanceof Uint8Array) see(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
	};
	const { write, end } = socket;
	Object.assign(socket, {
		write(this: Socket, ...args: Parameters<Socket['write']>) {
			seen(args[0], args[1]);
			return write.apply(this, args);
		},
		end(this: Socket, ...args: Parameters<Socket['end']>) {
			seen(args[0], args[1]);
			return end.apply(this, args);
		},
	});
}
