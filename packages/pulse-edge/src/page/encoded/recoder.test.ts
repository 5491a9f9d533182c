import { expect, test } from 'vitest';
import { Injector } from '../inject/injector.ts';
import { type Coding, codingOf } from './codings.ts';
import { acceptable, type RecodedPage, Recoder } from './recoder.ts';

const UNREAD: RecodedPage = {
	write: () => false,
	drained() {},
	end() {},
	broken() {},
};

const recoder = (name: string) => new Recoder(codingOf(name) as Coding, new Injector('<script></script>'), UNREAD);

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
