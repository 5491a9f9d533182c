import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { expect, test, vi } from 'vitest';
import { connect } from './connect.ts';

test('as many calls at once as a command makes are nothing that Node warns its user of', async () => {
	const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
	const command = new AbortController();
	const { signal } = await connect({ region: 'eu-west-1', env: {}, host: recordingHost(), signal: command.signal });
	for (let call = 0; call < 11; call++) signal.addEventListener('abort', () => {});
	expect(warned.mock.calls.filter(([warning]) => String(warning).includes('listeners'))).toEqual([]);
	warned.mockRestore();
});
