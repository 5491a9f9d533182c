import { PassThrough } from 'node:stream';
import type { HostMessage } from 'pulse-deploy-kit/host';
import { isInteractive, terminalHost } from 'pulse-deploy-kit/terminal-host';
import { expect, test } from 'vitest';
import { reporterFormat } from './reporter.ts';

const STORY: readonly HostMessage[] = [
	{ level: 'section', text: 'Image' },
	{ level: 'step', id: 'push', state: 'waiting', text: 'Push: layer 3' },
	{ level: 'output', source: 'docker', text: 'done' },
	{ level: 'step', id: 'push', state: 'done', text: 'Push' },
	{ level: 'section', text: 'Health' },
	{ level: 'warning', text: 'slow' },
	{ level: 'success', text: 'healthy' },
	{ level: 'step', id: 'ask', state: 'failed', text: 'Ask' },
	{ level: 'step', id: 'undo', state: 'undone', text: 'Removed' },
	{ level: 'info', text: 'as you were' },
];

async function told(env: Record<string, string>): Promise<string[]> {
	const output = new PassThrough();
	const host = await terminalHost({
		input: new PassThrough() as unknown as NodeJS.ReadStream,
		output: output as unknown as NodeJS.WriteStream,
		interactive: false,
		format: reporterFormat(env),
	});
	for (const message of STORY) host.notify(message);
	return String(output.read()).trimEnd().split('\n');
}

test('A14.1: a terminal gets === sections ===, [ok], [warn] and detail four spaces in', async () => {
	expect(await told({ CI: 'true' })).toEqual([
		'=== Image ===',
		'    Push: layer 3',
		'    docker | done',
		'[ok] Push',
		'',
		'=== Health ===',
		'[warn] slow',
		'[ok] healthy',
		'[failed] Ask',
		'[undone] Removed',
		'as you were',
	]);
});

test('A14.1: with PULSE_ENV=ci it is ## section, SUCCESS: and WARNING:, and nobody is asked anything', async () => {
	const lines = await told({ PULSE_ENV: 'ci' });
	expect(lines.filter((line) => /^(## |SUCCESS:|WARNING:)/.test(line))).toEqual([
		'## Image',
		'SUCCESS: Push',
		'## Health',
		'WARNING: slow',
		'SUCCESS: healthy',
	]);
	expect(lines[lines.indexOf('## Health') - 1]).toBe('');
	expect(isInteractive({ isTTY: true }, { isTTY: true }, { PULSE_ENV: 'ci' })).toBe(false);
});
