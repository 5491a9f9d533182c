import { expect, it } from 'vitest';
import { parseKeyValues } from './key-value.ts';

it('splits at the first =, allows empty values, and lets the last of equal keys win', () => {
	expect(parseKeyValues('--env', ['A=1', 'B=', 'URL=x=y', 'A=2'])).toEqual({ A: '2', B: '', URL: 'x=y' });
});

it.each(['A', '=1', ''])("refuses '%s'", (pair) => {
	expect(() => parseKeyValues('--env', [pair])).toThrow(/--env must be KEY=VALUE, got '/);
});

it('does not repeat a long word, which may be a pasted secret', () => {
	expect(() => parseKeyValues('--env', ['sk-0123456789012345678901234567890123456789'])).toThrow(/got 'sk-01234…'/);
});
