import { expect, test } from 'vitest';
import { sideBySide } from './stages.ts';

test('the first failure is the one that is thrown, after the others were told to stop and have ended', async () => {
	const ended: string[] = [];
	const stopped = (signal: AbortSignal) =>
		new Promise<void>((_, reject) =>
			signal.addEventListener('abort', () =>
				setImmediate(() => {
					ended.push('other');
					reject(new Error('aborted'));
				}),
			),
		);
	const failing = async () => {
		throw new Error('no disk');
	};
	await expect(sideBySide([stopped, failing], new AbortController().signal)).rejects.toThrow('no disk');
	expect(ended).toEqual(['other']);
});

test('works that go well all run', async () => {
	const ran: number[] = [];
	await sideBySide(
		[1, 2].map((one) => async () => void ran.push(one)),
		new AbortController().signal,
	);
	expect(ran).toEqual([1, 2]);
});
