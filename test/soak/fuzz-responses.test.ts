import { expect, it } from 'vitest';
import { fuzzResponses } from './fuzz-responses.ts';

it('damaged responses of a backend crash nothing, leave nothing behind and reach no other request', async () => {
	const { answers, poisoned, left } = await fuzzResponses(3_000, 1);
	expect({ poisoned, left }).toEqual({ poisoned: [], left: 0 });
	// The mutations are mild enough to matter: some get through, some are refused, some break off.
	for (const status of ['200', '204', '404', '502', 'none']) expect(answers[status], status).toBeGreaterThan(20);
}, 120_000);
