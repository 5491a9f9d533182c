import { expect, it } from 'vitest';
import { mapLimited } from './map-limited.ts';

it('never does more than the limit at once, and keeps the order (R9.4)', async () => {
	let running = 0;
	let most = 0;
	const results = await mapLimited(4, [...Array(11).keys()], async (item) => {
		running += 1;
		most = Math.max(most, running);
		await new Promise((resolve) => setTimeout(resolve, item % 3));
		running -= 1;
		return item * 2;
	});
	expect(results).toEqual([...Array(11).keys()].map((item) => item * 2));
	expect(most).toBe(4);
});

it('ends with the first failure', async () => {
	const failing = mapLimited(2, [1, 2, 3], async (item) => {
		if (item === 2) throw new Error('no');
	});
	await expect(failing).rejects.toThrow('no');
});
