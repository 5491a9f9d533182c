const PERCENT = 0x25;
const UNICODE = 0x75; /* u */

/** For paths of the usual lengths; no call outlives its turn. */
const SCRATCH = new Uint8Array(65_536);

/**
 * A path without any escape that is left to decode: what `%2525…` hides however deep, `%uXXXX` too, read as UTF-8 by a
 * decoder that is careless about overlong forms. In one pass: each byte that is decoded is looked at once more, as the end of
 * an escape that began before it. `skipControl`: as by those who drop control characters while they read.
 */
export function decodedFully(path: string, skipControl: boolean): string {
	const latin = beyondLatin(path) ? Buffer.from(path, 'utf8').toString('latin1') : path;
	const out = latin.length <= SCRATCH.length ? SCRATCH : new Uint8Array(latin.length);
	let end = 0;
	let all = 0;
	for (let at = 0; at < latin.length; at++) {
		out[end++] = latin.charCodeAt(at);
		for (;;) {
			let value: number;
			if (end > 2 && out[end - 3] === PERCENT) {
				value = (DIGITS[out[end - 2]!]! << 4) | DIGITS[out[end - 1]!]!;
				if (value > 0xff) break;
				end -= 3;
			} else if (end > 5 && out[end - 6] === PERCENT && (out[end - 5]! | 0x20) === UNICODE) {
				value = 0;
				for (let i = end - 4; i < end; i++) value = (value << 4) | DIGITS[out[i]!]!;
				if (value > 0xffff) break;
				end -= 6;
				if (value > 0x7f) {
					end = writeUtf8(out, end, value);
					all = 0xff;
					break;
				}
			} else break;
			if (skipControl && (value <= 0x20 || value === 0x7f)) break;
			out[end++] = value;
			all |= value;
		}
		all |= latin.charCodeAt(at);
	}
	const found = Buffer.from(out.buffer, out.byteOffset, end);
	return all > 0x7f ? carelessUtf8(found) : found.toString('latin1');
}

/** Value of a hexadecimal digit; for any other byte one that makes everything it is a part of too large. */
const DIGITS = new Uint32Array(256).fill(0x10000);
for (let value = 0; value < 16; value++) {
	const digit = value.toString(16);
	DIGITS[digit.charCodeAt(0)] = value;
	DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

function writeUtf8(out: Uint8Array, end: number, value: number): number {
	let at = end;
	if (value < 0x80) out[at++] = value;
	else {
		if (value < 0x800) out[at++] = 0xc0 | (value >> 6);
		else {
			out[at++] = 0xe0 | (value >> 12);
			out[at++] = 0x80 | ((value >> 6) & 0x3f);
		}
		out[at++] = 0x80 | (value & 0x3f);
	}
	return at;
}

/** Overlong forms as what they stand for, and bytes that are no UTF-8 as Latin-1. */
function carelessUtf8(bytes: Buffer): string {
	const strict = bytes.toString('utf8');
	if (!strict.includes('\ufffd')) return strict;
	let text = '';
	for (let at = 0; at < bytes.length; ) {
		const lead = bytes[at]!;
		const more = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf8 ? 3 : 0;
		let value = more === 0 ? lead : lead & (0x3f >> more);
		let read = 1;
		while (read <= more && at + read < bytes.length && (bytes[at + read]! & 0xc0) === 0x80)
			value = (value << 6) | (bytes[at + read++]! & 0x3f);
		if (read <= more || value > 0x10ffff) {
			value = lead;
			read = 1;
		}
		text += String.fromCodePoint(value);
		at += read;
	}
	return text;
}

/** What folding has brought: the path itself has one character for each byte. */
function beyondLatin(text: string): boolean {
	for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return true;
	return false;
}
