import { randomBytes } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { Injector } from '../inject/injector.ts';
import { type Coding, codingOf } from './codings.ts';
import { acceptable, type RecodedPage, Recoder } from './recoder.ts';

const UNREAD: RecodedPage = {
	write: () => false,
	drained() {},
	end() {},
	broken() {},
};

const recoder = (name: string, to = UNREAD) =>
	new Recoder(codingOf(name) as Coding, new Injector('<script></script>'), to);

test.each([
	['gzip', 256],
	['br', 64],
])(
	'while %s pages on their way hold as much memory as they may, further ones are asked for plain (C1.7)',
	(name, most) => {
		const begin = () => Array.from({ length: most }, () => recoder(name));
		const open = begin();
		expect(acceptable('gzip, br;q=0.5')).toBe('identity');
		open[0]!.stop();
		expect(acceptable('gzip, br;q=0.5')).toBe('gzip, br;q=0.5');
		// However often each is told.
		for (const one of [...open, ...open]) one.stop();
		const again = begin();
		expect(acceptable('gzip')).toBe('identity');
		for (const one of again) one.stop();
		expect(acceptable('gzip')).toBe('gzip');
	},
);

test('a window that grows with what a page unfolds to is counted, until the page is gone (C1.7)', async () => {
	const page = brotliCompressSync(Buffer.alloc(8_000_000, randomBytes(3_000)));
	const read: RecodedPage = { ...UNREAD, write: () => true };
	const open = Array.from({ length: 8 }, () => recoder('br', read));
	expect(acceptable('br')).toBe('br');
	for (const one of open) one.write(page, () => {});
	await eventually(() => acceptable('br') === 'identity');
	for (const one of open) one.stop();
	expect(acceptable('br')).toBe('br');
});

test('the head of a page goes on before all that came with it is unfolded (C1.7)', async () => {
	const page = gzipSync(`<!doctype html><head>${randomBytes(60_000).toString('base64')}`);
	const pieces: number[] = [];
	const one = recoder('gzip', { ...UNREAD, write: (piece) => pieces.push(piece.length) > 0 });
	one.write(page, () => {});
	await eventually(() => pieces.length > 3);
	// Of the 16 KB that are decoded at a time about 12 are left; an encoder that is not flushed gives 16 at once.
	expect(pieces.slice(0, 2).reduce((sum, length) => sum + length)).toBeLessThan(16_000);
	one.stop();
});
