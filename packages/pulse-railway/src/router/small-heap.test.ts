import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MODULE = fileURLToPath(new URL('../../dist/router/small-heap.js', import.meta.url));

/** A burst whose objects live long enough to leave the young space, and are dead then. */
const BURST = `
	import { getHeapSpaceStatistics } from 'node:v8';
	const { keepHeapSmall } = await import(process.argv[1]);
	if (process.argv[2] === 'small') keepHeapSmall();
	for (let round = 0; round < 40; round++) {
		const held = [];
		for (let i = 0; i < 4_000; i++) held.push(Array.from({ length: 40 }, (_, at) => ({ at })));
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
	console.log(getHeapSpaceStatistics().reduce((sum, space) => sum + space.physical_space_size, 0) >> 20);
`;

it('a heap that is kept small gives back what a burst leaves, and this Node knows how', () => {
	const megabytes = (how: string) =>
		Number(execFileSync(process.execPath, ['--input-type=module', '-e', BURST, MODULE, how], { encoding: 'utf8' }));
	expect(megabytes('small')).toBeLessThan(megabytes('as it is'));
});
