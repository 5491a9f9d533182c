import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { isInteractive, type TerminalHostOptions, terminalHost } from './terminal-host.ts';

function host(options: Partial<TerminalHostOptions> = {}) {
	const output = new PassThrough();
	const made = terminalHost({
		input: new PassThrough() as unknown as NodeJS.ReadStream,
		output: output as unknown as NodeJS.WriteStream,
		interactive: false,
		...options,
	});
	return { ...made, said: () => String(output.read() ?? '') };
}

describe('without a terminal', () => {
	it('a step is told in plain lines, and a wait once', () => {
		const { notify, said } = host();
		notify({ level: 'step', id: 'a', state: 'started', text: 'Build' });
		for (let poll = 0; poll < 3; poll++) notify({ level: 'step', id: 'a', state: 'waiting', text: 'Build (queued)' });
		notify({ level: 'step', id: 'a', state: 'done', text: 'Build' });
		expect(said()).toBe('· Build (queued)\n✓ Build\n');
	});

	it('what a build prints cannot steer the terminal', () => {
		const { notify, said } = host();
		notify({ level: 'output', source: 'docker', text: 'one\u001b[2J\u001b]52;c;eA==\u0007 two\r' });
		expect(said()).toBe('  docker | one two\n');
	});

	it('a question takes its default, and --yes says yes', async () => {
		expect(await host().ask({ text: 'Delete?', default: false })).toBe(false);
		expect(await host({ assumeYes: true }).ask({ text: 'Delete?', default: false })).toBe(true);
	});

	it('quiet keeps warnings and failures, verbose shows all', () => {
		const messages = [
			{ level: 'info', text: 'info' },
			{ level: 'debug', text: 'debug' },
			{ level: 'warning', text: 'careful' },
			{ level: 'step', id: 'a', state: 'failed', text: 'Build' },
			{ level: 'output', source: 'docker', text: 'line' },
		] as const;
		const all = (verbosity: 'quiet' | 'normal' | 'verbose') => {
			const made = host({ verbosity });
			for (const message of messages) made.notify(message);
			return made.said();
		};
		expect(all('quiet')).toBe('Warning: careful\n✗ Build\n');
		expect(all('normal')).toBe('info\nWarning: careful\n✗ Build\n  docker | line\n');
		expect(all('verbose')).toContain('debug');
	});
});

describe('on a terminal', () => {
	it('steps under way are redrawn in place, and what is done stays', () => {
		const { notify, said, close } = host({ interactive: true });
		notify({ level: 'step', id: 'a', state: 'started', text: 'Build' });
		notify({ level: 'info', text: 'note' });
		notify({ level: 'step', id: 'a', state: 'done', text: 'Build' });
		close();
		const text = said();
		expect(text).toContain('\u001b[');
		expect(text.indexOf('note\n')).toBeLessThan(text.indexOf('✓ Build\n'));
	});
});

describe('a question on a terminal', () => {
	function asking(before: string, after: string) {
		const [input, output] = [new PassThrough(), new PassThrough()];
		input.write(before);
		const streams = { input: input as unknown as NodeJS.ReadStream, output: output as unknown as NodeJS.WriteStream };
		const made = host({ ...streams, interactive: true });
		const answer = made.ask({ text: 'Delete all?', default: false });
		// It listens once it has drawn itself.
		output.on('data', (chunk) => String(chunk).includes('Delete all?') && setImmediate(() => input.write(after)));
		return { answer, interrupted: made.interrupted };
	}
	const answered = (before: string, after: string) => asking(before, after).answer;

	it('is not answered by what was typed before it was there', async () => {
		expect(await answered('\n', '\r')).toBe(false);
		expect(await answered('y', '\r')).toBe(false);
	});

	it('is answered by yes', async () => {
		expect(await answered('', 'y')).toBe(true);
	});

	it('is cancelled by Ctrl-C, also by one that came before it', async () => {
		for (const [before, after] of [
			['', '\u0003'],
			['\u0003', ''],
		] as const) {
			const { answer, interrupted } = asking(before, after);
			await expect(answer).rejects.toThrow('Cancelled; nothing was changed.');
			expect(interrupted()).toBe(true);
		}
	});
});

it.each([
	['a terminal', { isTTY: true }, {}, true],
	['a pipe', { isTTY: false }, {}, false],
	['CI', { isTTY: true }, { CI: 'true' }, false],
	['the CI of Pulse', { isTTY: true }, { PULSE_ENV: 'ci' }, false],
	['CI=false', { isTTY: true }, { CI: 'false' }, true],
	['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
])('a person is assumed on %s: %o %o → %s', (_name, stream, env, expected) => {
	expect(isInteractive(stream, stream, env)).toBe(expected);
});
