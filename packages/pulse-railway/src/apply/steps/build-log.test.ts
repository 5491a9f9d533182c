import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { expect, it } from 'vitest';
import type { LogLine, Platform } from '../../platform/port.ts';
import { buildLog } from './build-log.ts';

it('a build log is shown line by line, each once, and its loss is no failure', async () => {
	const line = (timestamp: string, message: string): LogLine => ({ timestamp, message, severity: null });
	const polls: (readonly LogLine[] | Error)[] = [
		[line('1', 'a')],
		[line('1', 'a'), line('1', 'b'), line('2', 'a')],
		new Error('no log'),
		[line('1', 'b'), line('2', 'a'), line('2', 'c')],
	];
	const platform = {
		buildLogs: async () => {
			const next = polls.shift() ?? [];
			if (next instanceof Error) throw next;
			return next;
		},
	} as Pick<Platform, 'buildLogs'> as Platform;
	const host = recordingHost();
	const show = buildLog(platform, host, 'shop-1');
	while (polls.length > 0) await show('d1', new AbortController().signal);
	expect(host.messages.map(({ text }) => text)).toEqual(['a', 'b', 'a', 'c']);
});
