import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { expect, it } from 'vitest';
import type { LogLine, Platform } from '../platform/port.ts';
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

it('no line is lost because the time of the one before was written shorter', async () => {
	const times = ['10:00:05Z', '10:00:05.1Z', '10:00:05.12Z', '10:00:05.120000001Z', '10:00:06Z'];
	const lines = times.map((time, at) => ({ timestamp: `2026-04-02T${time}`, message: `${at}`, severity: null }));
	const platform = { buildLogs: async () => lines } as Pick<Platform, 'buildLogs'> as Platform;
	const host = recordingHost();
	const show = buildLog(platform, host, 'shop-1');
	for (let poll = 0; poll < 2; poll++) await show('d1', new AbortController().signal);
	expect(host.messages.map(({ text }) => text)).toEqual(['0', '1', '2', '3', '4']);
});
