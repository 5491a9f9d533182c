import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

it('mutated requests crash nothing, hang nothing, smuggle nothing and reach no internal path', async () => {
	const { sent, answers, hung, leaked, smuggled, alive } = await fuzz(6_000, 1);
	expect({ hung, leaked, smuggled, alive }).toEqual({ hung: [], leaked: [], smuggled: [], alive: true });
	expect(sent).toBeGreaterThanOrEqual(6_000);
	// The mutations are mild enough to matter: some get through, some are refused, some are blocked.
	for (const status of ['200', '400', '404', '409']) expect(answers[status], status).toBeGreaterThan(50);
}, 120_000);
