import { expect, it } from 'vitest';
import { parsePreview, previewAddress, previewName, previewTerms, previewText } from './preview.ts';

const DAY = 86_400_000;

it('a preview is named after a branch or a pull request, as ids are written', () => {
	expect(previewName(' Feature/Cart v2 ')).toBe('feature-cart-v2');
	expect(previewName(`x${'-y'.repeat(40)}`)).toBe(`x${'-y'.repeat(19)}`);
	expect(() => previewName('///')).toThrow('must have a letter or a digit');
});

it('it stays three days unless another time is given', () => {
	expect(previewTerms({ preview: 'pr-12', previewFor: undefined })).toEqual({ name: 'pr-12', forMs: 3 * DAY });
	expect(previewTerms({ preview: 'pr-12', previewFor: 3_600 })).toEqual({ name: 'pr-12', forMs: 3_600_000 });
	expect(previewTerms({ preview: undefined, previewFor: undefined })).toBeUndefined();
});

it.each([
	[{ preview: undefined, previewFor: 60 }, '--preview-for is for previews'],
	[{ preview: 'pr-12', previewFor: 59 }, 'between 1m and 90d'],
	[{ preview: 'pr-12', previewFor: 91 * 86_400 }, 'between 1m and 90d'],
	[{ preview: 'pr-12', previewFor: undefined, canary: [500] }, 'a preview gets no new visitors'],
])('%o is refused: %s', (given, message) => {
	expect(() => previewTerms(given)).toThrow(message);
});

it('what is written on the platform is read as it was written, and nothing else is', () => {
	const preview = { name: 'pr-12', until: Date.UTC(2026, 11, 2, 10) };
	expect(previewText(preview)).toBe('pr-12 until 2026-12-02T10:00:00.000Z');
	expect(parsePreview(previewText(preview))).toEqual(preview);
	for (const wrong of [
		undefined,
		null,
		'',
		'pr-12',
		'pr-12 until',
		'pr-12 until soon',
		'PR until 2026-12-02T10:00:00Z',
	])
		expect(parsePreview(wrong)).toBeUndefined();
});

it('its address names it', () => {
	expect(previewAddress('https://shop.example', 'pr-12-261129-120000')).toBe(
		'https://shop.example/?pulse_deployment=pr-12-261129-120000',
	);
});
