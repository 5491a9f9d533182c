import { expect, it } from 'vitest';
import { closeFrame, FrameBoundary } from './frame-boundary.ts';

function frame(length: number, masked = false): Buffer {
	const extended = length > 65_535 ? 8 : length > 125 ? 2 : 0;
	const head = Buffer.alloc(2 + extended + (masked ? 4 : 0));
	head[0] = 0x82;
	head[1] = (extended === 8 ? 127 : extended === 2 ? 126 : length) | (masked ? 0x80 : 0);
	if (extended === 2) head.writeUInt16BE(length, 2);
	if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2);
	return Buffer.concat([head, Buffer.alloc(length, 0x81)]);
}

it('finds the ends of frames of every length, however the stream is cut', () => {
	const frames = [0, 1, 125, 126, 65_535, 65_536, 0, 7].flatMap((length) => [frame(length), frame(length, true)]);
	const ends = new Set<number>();
	let total = 0;
	for (const one of frames) {
		total += one.length;
		ends.add(total);
	}
	const stream = Buffer.concat(frames);
	for (const step of [1, 2, 3, 7, 1_000, 65_536, stream.length]) {
		const boundary = new FrameBoundary();
		for (let at = 0; at < stream.length; at += step) {
			const cut = Math.min(stream.length, at + step);
			boundary.advance(stream.subarray(at, cut));
			if (boundary.between !== ends.has(cut))
				expect({ step, cut, between: boundary.between }).toEqual('an end of a frame');
		}
	}
});

it('stops at the end of the frame under way', () => {
	const boundary = new FrameBoundary();
	const [first, second] = [frame(300), frame(5)];
	boundary.advance(first.subarray(0, 1));
	expect(boundary.finishFrame(Buffer.concat([first.subarray(1), second]))).toBe(first.length - 1);
	expect(boundary.between).toBe(true);
	expect(boundary.finishFrame(second)).toBe(0);
});

it('writes a close frame with code and reason', () => {
	expect(closeFrame(1012, 'bye')).toEqual(Buffer.from([0x88, 5, 0x03, 0xf4, 0x62, 0x79, 0x65]));
});
