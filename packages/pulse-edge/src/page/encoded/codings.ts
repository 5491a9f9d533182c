import * as zlib from 'node:zlib';
import { GzipMember } from './gzip-member.ts';

/** What is asked of a decoding stream. Behind the end of what it decodes nothing is an error. */
export interface Decoder {
	write(chunk: Buffer, written: (error?: Error | null) => void): unknown;
	end(): unknown;
	pause(): unknown;
	resume(): unknown;
	destroy(): unknown;
	on(event: 'data', listener: (piece: Buffer) => void): unknown;
	on(event: 'end', listener: () => void): unknown;
	on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Both ends of a content coding, as streams. */
export interface Coding {
	/** `first`: the first byte, where that decides. */
	decoder(first: number): Decoder;
	encoder(): zlib.Gzip;
	/** What `flush` is told so that everything until here can be read. */
	readonly flush: number;
	/** Of memory that both ends and what is between them hold while a page's reader takes his time, about; `npm run bench` measures it. */
	readonly kilobytes: number;
	/** Bytes of what is decoded that the decoder keeps at most on top of that. */
	readonly window: number;
}

const { constants } = zlib;
/**
 * Fast ones, because a page waits for them: within some percent of what apps use by default. And small windows, because each
 * page on its way holds one: for a percent more bytes, half the memory of the default ones.
 */
const GZIP = { level: 4, windowBits: 13, memLevel: 6 };
const BROTLI = {
	params: {
		[constants.BROTLI_PARAM_QUALITY]: 3,
		[constants.BROTLI_PARAM_LGWIN]: 16,
		[constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
	},
};

const gzip: Coding = {
	decoder: () => new GzipMember(),
	encoder: () => zlib.createGzip(GZIP),
	flush: constants.Z_SYNC_FLUSH,
	kilobytes: 256,
	window: 0,
};

/** Node has it from 22.15 on. */
const { createZstdCompress, createZstdDecompress } = zlib as unknown as {
	createZstdCompress?: (options: object) => zlib.Gzip;
	createZstdDecompress?: (options: object) => zlib.Gunzip;
};
const { ZSTD_e_flush: zstdFlush = 0, ZSTD_d_windowLogMax: zstdWindow = 0 } = constants as unknown as Partial<
	Record<string, number>
>;
/** As browsers have it (RFC 9659 §3). */
const ZSTD_WINDOW_LOG = 23;

/** By the name that a header gives it. */
const CODINGS = new Map<string, Coding>([
	['gzip', gzip],
	['x-gzip', gzip],
	[
		'deflate',
		{
			// Meant with zlib's two bytes in front (RFC 9110 §8.4.1.2), and sent without them by some.
			decoder: (first) => ((first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
			encoder: () => zlib.createDeflate(GZIP),
			flush: constants.Z_SYNC_FLUSH,
			kilobytes: 256,
			window: 0,
		},
	],
	[
		'br',
		{
			decoder: () => zlib.createBrotliDecompress(),
			encoder: () => zlib.createBrotliCompress(BROTLI),
			flush: constants.BROTLI_OPERATION_FLUSH,
			kilobytes: 1_024,
			// RFC 7932 §9.1; what apps use by default is a quarter of it.
			window: 16_777_216,
		},
	],
]);
if (createZstdCompress !== undefined && createZstdDecompress !== undefined) {
	CODINGS.set('zstd', {
		decoder: () => createZstdDecompress({ params: { [zstdWindow]: ZSTD_WINDOW_LOG } }),
		encoder: () => createZstdCompress({}),
		flush: zstdFlush,
		kilobytes: 1_024,
		window: 2 ** ZSTD_WINDOW_LOG,
	});
}

/** `plain`: nothing to decode. `null`: one that is not known here, or several on top of each other. */
export function codingOf(contentEncoding: string): Coding | 'plain' | null {
	const name = contentEncoding.trim().toLowerCase();
	return name === '' || name === 'identity' ? 'plain' : (CODINGS.get(name) ?? null);
}

/**
 * What an app is asked for on behalf of a client that accepts these: those of them that can be decoded here, each with the
 * client's weight. So a page is compressed where its app compresses it, and nowhere else: what an app sends plain to be safe
 * from guesses by length stays so.
 */
export function decodable(acceptEncoding: string): string {
	const known = acceptEncoding
		.split(',')
		.map((part) => part.trim())
		.filter((part) => {
			const name = part.split(';', 1)[0]!.trim().toLowerCase();
			return name === 'identity' || CODINGS.has(name);
		});
	return known.length === 0 ? 'identity' : known.join(', ');
}
