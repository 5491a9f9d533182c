import { median } from './measure.ts';

/** What two were found to take, one beside the other. */
export interface Pairs {
	/** Median of the first one's. */
	readonly first: number;
	/** How many times as much the second one takes: the median of pairs, and the quartiles. */
	readonly times: number;
	readonly quartiles: readonly [number, number];
}

/**
 * Measures two in turn for so many seconds, where the machine is too noisy for one after the other: both halves of a pair meet
 * the same neighbours. `slice`: a moment of one of them. `warmUp`: so many of them before it counts.
 */
export async function measurePairs(
	slice: (which: 0 | 1) => Promise<number>,
	{ seconds, warmUp }: { readonly seconds: number; readonly warmUp: number },
): Promise<Pairs> {
	for (let turn = 0; turn < warmUp; turn++) await slice(turn % 2 === 0 ? 0 : 1);
	const firsts: number[] = [];
	const ratios: number[] = [];
	for (const until = Date.now() + seconds * 1000; Date.now() < until; ) {
		const isTurned = ratios.length % 2 === 1;
		const pair: [number, number] = [0, 0];
		for (const which of isTurned ? ([1, 0] as const) : ([0, 1] as const)) pair[which] = await slice(which);
		firsts.push(pair[0]);
		ratios.push(pair[1] / pair[0]);
	}
	ratios.sort((a, b) => a - b);
	const at = (part: number) => ratios[Math.floor(ratios.length * part)]!;
	return { first: median(firsts), times: median(ratios), quartiles: [at(0.25), at(0.75)] };
}
