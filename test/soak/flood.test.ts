import { expect, it } from 'vitest';
import { flood } from './flood.ts';

it('a flood of pipelined requests takes no more memory than its connections do, is answered in part, and closed', async () => {
	// A tenth of the whole one, for which there is `npm run flood`; its requests alone were 600 MB.
	const result = await flood(130, 2_300);
	expect(result.aboveMegabytes).toBeLessThan(40);
	expect(result.closed).toBe(130);
	expect(result.answers).toBeGreaterThan(130);
	expect(result.answers).toBeLessThan(130 * 300);
}, 90_000);
