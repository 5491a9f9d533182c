import { EventEmitter } from 'node:events';
import * as zlib from 'node:zlib';

/** Names and comments that no server writes; an extra field alone may have 64 KB. */
const MOST_HEAD = 131_072;
const TRAILER_BYTES = 8;

/**
 * The first member of a gzip stream (RFC 1952), which is all of it that browsers show: what stands behind that is no error to
 * them. Node's own decoder takes it for another member, and drops what it has decoded in the same read when it is none.
 * Emits `data`, and `end` or `error`.
 */
export class GzipMember extends EventEmitter {
	readonly #inflate = zlib.createInflateRaw();
	#head: Buffer | null = NOTHING;
	#trailer: Buffer = NOTHING;
	/** Bytes that were given to be inflated, and pieces of them that are not taken yet. */
	#given = 0;
	#waiting = 0;
	#sum = 0;
	#size = 0;
	/** What still comes is the trailer, or nothing of the page. */
	#inflated = false;
	#ending = false;
	#over = false;

	constructor() {
		super();
		this.#inflate.on('data', (piece: Buffer) => {
			this.#sum = zlib.crc32(piece, this.#sum);
			this.#size = (this.#size + piece.length) >>> 0;
			this.emit('data', piece);
		});
		this.#inflate.on('end', () => {
			this.#inflated = true;
			this.#check();
		});
		this.#inflate.on('error', (error) => this.#fail(error));
	}

	/** `written`: the bytes of `chunk` are not needed any more. */
	write(chunk: Buffer, written: (error?: Error | null) => void): void {
		const bytes = this.#head === null ? chunk : this.#behindHead(this.#head, chunk);
		if (this.#inflated || bytes.length === 0) {
			this.#take(bytes);
			process.nextTick(written);
			return;
		}
		this.#given += bytes.length;
		this.#waiting++;
		const given = this.#given;
		this.#inflate.write(bytes, (error) => {
			this.#waiting--;
			// Of this piece or of one before it, the deflated data has ended, and the rest was left.
			const left = given - this.#inflate.bytesWritten;
			if (!error) this.#take(left === 0 ? NOTHING : bytes.subarray(Math.max(0, bytes.length - left)));
			written(error);
		});
	}

	end(): void {
		this.#ending = true;
		if (this.#head !== null) this.#fail(new Error('unexpected end of file'));
		else if (this.#inflated) this.#check();
		else this.#inflate.end();
	}

	pause(): void {
		this.#inflate.pause();
	}

	resume(): void {
		this.#inflate.resume();
	}

	destroy(): void {
		this.#over = true;
		this.#inflate.destroy();
	}

	#behindHead(head: Buffer, chunk: Buffer): Buffer {
		const bytes = Buffer.concat([head, chunk]);
		const end = headEnd(bytes);
		if (end === 'none' || bytes.length > MOST_HEAD) this.#fail(new Error('incorrect header check'));
		this.#head = end === 'more' ? bytes : null;
		return typeof end === 'number' ? bytes.subarray(end) : NOTHING;
	}

	#take(bytes: Buffer): void {
		const missing = TRAILER_BYTES - this.#trailer.length;
		if (missing > 0 && bytes.length > 0) this.#trailer = Buffer.concat([this.#trailer, bytes.subarray(0, missing)]);
		this.#check();
	}

	#check(): void {
		if (this.#over || !this.#inflated) return;
		if (this.#trailer.length < TRAILER_BYTES) {
			if (this.#ending && this.#waiting === 0) this.#fail(new Error('unexpected end of file'));
			return;
		}
		const right = this.#trailer.readUInt32LE(0) === this.#sum && this.#trailer.readUInt32LE(4) === this.#size;
		if (!right) this.#fail(new Error('incorrect data check'));
		else {
			this.#over = true;
			this.emit('end');
		}
	}

	#fail(error: Error): void {
		if (this.#over) return;
		this.destroy();
		this.emit('error', error);
	}
}

const NOTHING = Buffer.alloc(0);

/** Where a member's head ends. */
function headEnd(bytes: Buffer): number | 'more' | 'none' {
	const [first = 0x1f, second = 0x8b, method = 8, flags = 0] = bytes;
	if (first !== 0x1f || second !== 0x8b || method !== 8 || (flags & 0xe0) !== 0) return 'none';
	if (bytes.length < 10) return 'more';
	let at = 10;
	if ((flags & 4) !== 0) {
		if (bytes.length < at + 2) return 'more';
		at += 2 + bytes.readUInt16LE(at);
	}
	// A name, and a comment: each ends with a zero.
	for (const flag of [8, 16]) {
		if ((flags & flag) === 0) continue;
		const zero = bytes.indexOf(0, at);
		if (zero === -1) return 'more';
		at = zero + 1;
	}
	if ((flags & 2) !== 0) at += 2;
	return at <= bytes.length ? at : 'more';
}
