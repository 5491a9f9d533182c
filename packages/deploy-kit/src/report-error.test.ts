import { expect, test } from 'vitest';
import { errorJson } from './report-error.ts';

test('a wait that ended unforeseen is told as the other side, not as a defect of the tool', async () => {
	const error = await new Promise<unknown>((resolve) => {
		const signal = AbortSignal.timeout(1);
		signal.addEventListener('abort', () => resolve(signal.reason));
	});
	expect(errorJson(error).error).toMatchObject({ code: 'timeout', fault: 'platform' });
	expect(errorJson(new Error('x is not a function')).error).toMatchObject({ code: 'internal', fault: 'internal' });
});
