import type { Gzip } from 'node:zlib';
import type { PieceInjector } from '../inject/injector.ts';
import { type Coding, type Decoder, decodable } from './codings.ts';

/** Where an encoded page goes on to. */
export interface RecodedPage {
	/** False: to be given time until `drained`. */
	write(chunk: Buffer): boolean;
	/** Calls once it can take more. */
	drained(then: () => void): void;
	end(): void;
	/** It is not what it says it is; nothing follows. */
	broken(error: Error): void;
}

/** So much may wait to be decoded before its sender is to wait. */
const MAX_WAITING = 65_536;
/** No page unfolds like that. */
const BOMB_BYTES = 67_108_864;
const BOMB_RATIO = 200;

/** For all of them: each has its windows, however little of its page is in it, and readers may take their time. */
const MOST_KILOBYTES = 65_536;
let held = 0;

/** What an app is asked for on behalf of a client that accepts these: a plain page while so many are recoded. */
export function acceptable(acceptEncoding: string): string {
	return held < MOST_KILOBYTES ? decodable(acceptEncoding) : 'identity';
}

/**
 * A page that its app has encoded: decoded, written into, and encoded again in the same way. Each step waits for the next, so
 * that what is in memory is a few pieces, whatever they unfold to; and after each piece that came, all of it can be read at
 * the other end, so that a shell is not held up.
 */
export class Recoder {
	readonly #coding: Coding;
	readonly #injector: PieceInjector;
	readonly #to: RecodedPage;
	readonly #encoder: Gzip;
	#decoder: Decoder | null = null;
	#waiting = 0;
	#came = 0;
	/** Of all that is held, what is counted for this one. */
	#kilobytes = 0;
	#decoded = 0;
	#begun = false;
	/** Something was given to the encoder since it was last flushed. */
	#unflushed = false;
	/** All of it came. */
	#ending = false;
	/** All of it is decoded: behind its own end a stream has nothing to say. */
	#ended = false;
	#over = false;

	constructor(coding: Coding, injector: PieceInjector, to: RecodedPage) {
		this.#coding = coding;
		this.#injector = injector;
		this.#to = to;
		this.#hold(coding.kilobytes);
		this.#encoder = coding.encoder();
		this.#encoder.on('data', (chunk: Buffer) => {
			if (this.#over || to.write(chunk)) return;
			this.#encoder.pause();
			to.drained(() => this.#encoder.resume());
		});
		this.#encoder.on('end', () => {
			this.#close();
			to.end();
		});
		this.#encoder.on('error', (error) => this.#fail(error));
	}

	/** `taken`: the bytes of `chunk` are not needed any more. False while much waits; then `taken` says that it does not. */
	write(chunk: Buffer, taken: () => void): boolean {
		if (this.#over || this.#ended || chunk.length === 0) {
			process.nextTick(taken);
			return true;
		}
		this.#decoder ??= this.#decoderFor(chunk[0]!);
		this.#waiting += chunk.length;
		this.#came += chunk.length;
		this.#decoder.write(chunk, (error) => {
			// A decoder that failed does not say when it lets go of the bytes; its `error` event ends the recoding.
			if (error) return;
			this.#waiting -= chunk.length;
			this.#flush();
			taken();
		});
		return this.#waiting < MAX_WAITING;
	}

	end(): void {
		if (this.#over) return;
		this.#ending = true;
		// An empty body has no encoding: its app has sent a head alone.
		if (this.#decoder === null || this.#ended) this.#finish();
		else this.#decoder.end();
	}

	/** The other end is gone. */
	stop(): void {
		this.#close();
		this.#decoder?.destroy();
		this.#encoder.destroy();
	}

	#close(): void {
		this.#hold(0);
		this.#over = true;
	}

	#hold(kilobytes: number): void {
		held += kilobytes - this.#kilobytes;
		this.#kilobytes = kilobytes;
	}

	#decoderFor(first: number): Decoder {
		const decoder = this.#coding.decoder(first);
		decoder.on('data', (piece: Buffer) => {
			this.#decoded += piece.length;
			if (this.#decoded > BOMB_BYTES && this.#decoded > BOMB_RATIO * this.#came)
				return this.#fail(new Error('it unfolds beyond all measure'));
			if (this.#over) return;
			this.#hold(this.#coding.kilobytes + (Math.min(this.#decoded, this.#coding.window) >> 10));
			this.#encode(this.#injector.push(piece));
			if (!this.#begun && this.#unflushed) {
				// A page's head goes on before all that came with it is unfolded.
				this.#begun = true;
				this.#flush();
			}
			if (!this.#encoder.writableNeedDrain) return;
			decoder.pause();
			this.#encoder.once('drain', () => decoder.resume());
		});
		decoder.on('end', () => {
			this.#ended = true;
			if (this.#ending) this.#finish();
		});
		decoder.on('error', (error) => this.#fail(error));
		return decoder;
	}

	#encode(pieces: readonly Buffer[]): void {
		for (const piece of pieces) {
			this.#unflushed = true;
			this.#encoder.write(piece);
		}
	}

	#flush(): void {
		if (!this.#unflushed || this.#ending || this.#over) return;
		this.#unflushed = false;
		this.#encoder.flush(this.#coding.flush);
	}

	#finish(): void {
		if (this.#over) return;
		this.#encode(this.#injector.end());
		this.#encoder.end();
	}

	#fail(error: Error): void {
		if (this.#over) return;
		this.stop();
		this.#to.broken(error);
	}
}
