import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { hearOutput } from './output.ts';

test.each([
	['EPIPE', false, { gone: true, lost: undefined }],
	['EIO', true, { gone: true, lost: undefined }],
	['EIO', false, { gone: false, lost: 'output' }],
	['ENOSPC', false, { gone: false, lost: 'output' }],
])('%s of stdout, a terminal: %s (R12.14)', (code, isTTY, expected) => {
	const stdout = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream;
	const { readerGone, loss } = hearOutput(stdout, new PassThrough() as unknown as NodeJS.WriteStream);
	stdout.emit('error', Object.assign(new Error(code), { code }));
	expect({ gone: readerGone.aborted, lost: loss()?.code }).toEqual(expected);
});
