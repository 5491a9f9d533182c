import { describe, expect, it } from 'vitest';
import { createSeal } from './seal.ts';

describe('a seal', () => {
	const seal = createSeal(['secret']);
	const sealed = seal.close('text', 'here');

	it('opens where it was closed, by a secret that is known', () => {
		expect(seal.open(sealed, 'here')).toBe('text');
		expect(createSeal(['new', 'secret']).open(sealed, 'here')).toBe('text');
		expect(createSeal(['new']).open(sealed, 'here')).toBeNull();
		expect(seal.open(sealed, 'there')).toBeNull();
	});

	it('differs each time, and of what was changed or is none opens nothing', () => {
		expect(seal.close('text', 'here')).not.toBe(sealed);
		const bytes = Buffer.from(sealed, 'base64');
		for (let at = 0; at < bytes.length; at += 1) {
			const changed = Buffer.from(bytes);
			changed[at] = (changed[at] as number) ^ 1;
			expect(seal.open(changed.toString('base64'), 'here')).toBeNull();
		}
		for (const none of ['', 'coming', '[]', sealed.slice(0, 20)]) expect(seal.open(none, 'here')).toBeNull();
	});
});
