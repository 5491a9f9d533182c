/**
 * Knows whether a stream of websocket frames stands between two frames: only there may a frame of our own be put in.
 * Reads lengths and nothing else (RFC 6455 §5.2).
 */
export class FrameBoundary {
	/** Payload bytes of the current frame still to come. */
	#left = 0;
	/** Header bytes of a frame whose header is not whole yet. */
	#header: number[] = [];
	/** A close frame has begun. */
	closed = false;

	get between(): boolean {
		return this.#left === 0 && this.#header.length === 0;
	}

	advance(chunk: Uint8Array): void {
		let at = 0;
		while (at < chunk.length) at = this.#frame(chunk, at);
	}

	/** Advances to the end of the current frame at most; returns how many bytes that took. */
	finishFrame(chunk: Uint8Array): number {
		let at = 0;
		while (at < chunk.length && !this.between) at = this.#frame(chunk, at);
		return at;
	}

	/** Takes bytes up to the end of a frame, or all there are; returns where it stopped. */
	#frame(chunk: Uint8Array, from: number): number {
		let at = from;
		if (this.#left === 0) {
			const length = this.#header.length === 0 ? headerLength(chunk, at) : -1;
			if (length !== -1 && at + length <= chunk.length) {
				this.#left = payloadLength(chunk, at);
				this.closed ||= isClose(chunk[at]!);
				at += length;
			} else if (!this.#takeHeaderByte(chunk[at++]!)) return at;
		}
		const taken = Math.min(this.#left, chunk.length - at);
		this.#left -= taken;
		return at + taken;
	}

	/** Of a header that a read cut in two; true when it is whole. */
	#takeHeaderByte(byte: number): boolean {
		this.#header.push(byte);
		const length = headerLength(this.#header, 0);
		if (length === -1 || this.#header.length < length) return false;
		this.#left = payloadLength(this.#header, 0);
		this.closed ||= isClose(this.#header[0]!);
		this.#header.length = 0;
		return true;
	}
}

/** `-1` while even that cannot be told. */
function headerLength(bytes: ArrayLike<number>, from: number): number {
	if (bytes.length < from + 2) return -1;
	const second = bytes[from + 1]!;
	const short = second & 0x7f;
	const extended = short === 127 ? 8 : short === 126 ? 2 : 0;
	return 2 + extended + (second & 0x80 ? 4 : 0);
}

function isClose(first: number): boolean {
	return (first & 0x0f) === 8;
}

function payloadLength(bytes: ArrayLike<number>, from: number): number {
	const short = bytes[from + 1]! & 0x7f;
	if (short < 126) return short;
	let length = 0;
	for (let i = 0; i < (short === 127 ? 8 : 2); i++) length = length * 256 + bytes[from + 2 + i]!;
	return length;
}

/** A server's close frame: unmasked, FIN, opcode 8. */
export function closeFrame(code: number, reason: string): Buffer {
	const text = Buffer.from(reason).subarray(0, 123);
	const frame = Buffer.alloc(4 + text.length);
	frame[0] = 0x88;
	frame[1] = 2 + text.length;
	frame.writeUInt16BE(code, 2);
	text.copy(frame, 4);
	return frame;
}
