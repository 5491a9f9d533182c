import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MODULE = fileURLToPath(new URL('../../dist/node/small-heap.js', import.meta.url));

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
	console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').physical_space_size);
`;

it('a young space that is kept small does not grow with a burst, and this Node knows how', () => {
	const youngSpace = (how: string) =>
		Number(execFileSync(process.execPath, ['--input-type=module', '-e', BURST, MODULE, how], { encoding: 'utf8' }));
	const small = youngSpace('small');
	expect(small).toBeGreaterThan(0);
	expect(youngSpace('as it is')).toBeGreaterThan(3 * small);
});
