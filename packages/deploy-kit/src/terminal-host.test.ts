import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { HostChoice } from './host.ts';
import { isInteractive, type TerminalHostOptions, terminalHost } from './terminal-host.ts';

async function host(options: Partial<TerminalHostOptions> = {}) {
	const output = new PassThrough();
	const made = await terminalHost({
		input: new PassThrough() as unknown as NodeJS.ReadStream,
		output: output as unknown as NodeJS.WriteStream,
		interactive: false,
		...options,
	});
	return { ...made, said: () => String(output.read() ?? '') };
}

describe('without a terminal', () => {
	it('a step is told in plain lines, and a wait once', async () => {
		const { notify, said } = await host();
		notify({ level: 'step', id: 'a', state: 'started', text: 'Build' });
		for (let poll = 0; poll < 3; poll++) notify({ level: 'step', id: 'a', state: 'waiting', text: 'Build (queued)' });
		notify({ level: 'step', id: 'a', state: 'done', text: 'Build' });
		expect(said()).toBe('· Build (queued)\n✓ Build\n');
	});

	it('what a build prints cannot steer the terminal', async () => {
		const { notify, said } = await host();
		notify({ level: 'output', source: 'docker', text: 'one\u001b[2J\u001b]52;c;eA==\u0007 two\r' });
		expect(said()).toBe('  docker | one two\n');
	});

	it('a question takes its default, and --yes says yes', async () => {
		expect(await (await host()).ask({ text: 'Delete?', default: false })).toBe(false);
		expect(await (await host({ assumeYes: true })).ask({ text: 'Delete?', default: false })).toBe(true);
	});

	it('quiet keeps warnings and failures, verbose shows all', async () => {
		const messages = [
			{ level: 'info', text: 'info' },
			{ level: 'debug', text: 'debug' },
			{ level: 'warning', text: 'careful' },
			{ level: 'step', id: 'a', state: 'failed', text: 'Build' },
			{ level: 'output', source: 'docker', text: 'line' },
		] as const;
		const all = async (verbosity: 'quiet' | 'normal' | 'verbose') => {
			const made = await host({ verbosity });
			for (const message of messages) made.notify(message);
			return made.said();
		};
		expect(await all('quiet')).toBe('Warning: careful\n✗ Build\n');
		expect(await all('normal')).toBe('info\nWarning: careful\n✗ Build\n  docker | line\n');
		expect(await all('verbose')).toContain('debug');
	});
});

describe('on a terminal', () => {
	it('steps under way are redrawn in place, and what is done stays', async () => {
		const { notify, said, close } = await host({ interactive: true });
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
	async function asking(before: string, after: string) {
		const [input, output] = [new PassThrough(), new PassThrough()];
		input.write(before);
		const streams = { input: input as unknown as NodeJS.ReadStream, output: output as unknown as NodeJS.WriteStream };
		const made = await host({ ...streams, interactive: true });
		const answer = made.ask({ text: 'Delete all?', default: false });
		// It listens once it has drawn itself.
		output.on('data', (chunk) => String(chunk).includes('Delete all?') && setImmediate(() => input.write(after)));
		return { answer, interrupted: made.interrupted };
	}
	const answered = async (before: string, after: string) => (await asking(before, after)).answer;

	it('is not answered by what was typed before it was there', async () => {
		expect(await answered('\n', '\r')).toBe(false);
		expect(await answered('y', '\r')).toBe(false);
	});

	it('that nobody answers in its time changes nothing, and is no Ctrl-C', async () => {
		const [input, output] = [new PassThrough(), new PassThrough()];
		const streams = { input: input as unknown as NodeJS.ReadStream, output: output as unknown as NodeJS.WriteStream };
		const { ask, interrupted } = await host({ ...streams, interactive: true });
		await expect(ask({ text: 'Go on?', default: true, budgetMs: 200 })).rejects.toMatchObject({
			message: 'Nobody answered within 0.2 s; nothing was changed.',
			next: expect.stringContaining('--yes'),
		});
		expect(interrupted()).toBe(false);
	});

	it('that has more answers than yes and no gets its default when nobody answers in its time', async () => {
		const [input, output] = [new PassThrough(), new PassThrough()];
		const streams = { input: input as unknown as NodeJS.ReadStream, output: output as unknown as NodeJS.WriteStream };
		const { choose, interrupted } = await host({ ...streams, interactive: true });
		const question = {
			text: 'Look again?',
			answers: { again: [''], skip: ['skip'] },
			default: 'skip',
			yes: 'skip',
		} as const;
		expect(await choose({ ...question, budgetMs: 200 })).toBe('skip');
		expect(interrupted()).toBe(false);
	});

	it('is answered by yes', async () => {
		expect(await answered('', 'y')).toBe(true);
	});

	it.each([
		['Ctrl-C', '', '\u0003'],
		['a Ctrl-C that came before it', '\u0003', ''],
		['Ctrl-D', '', '\u0004'],
	])('is cancelled by %s', async (_, before, after) => {
		const { answer, interrupted } = await asking(before, after);
		await expect(answer).rejects.toThrow('Cancelled; nothing was changed.');
		expect(interrupted()).toBe(true);
	});

	it.each([
		['while it is asked', (input: PassThrough) => setTimeout(() => input.end(), 200)],
		['before', (input: PassThrough) => input.end()],
	])('is cancelled by a terminal that goes away %s, never taken for answered', async (_, leave) => {
		const [input, output] = [new PassThrough(), new PassThrough()];
		const streams = { input: input as unknown as NodeJS.ReadStream, output: output as unknown as NodeJS.WriteStream };
		leave(input);
		const asked = (await host({ ...streams, interactive: true })).ask({ text: 'Go on?', default: true });
		await expect(asked).rejects.toThrow('Cancelled');
	});
});

describe('a question with answers of its own', () => {
	const question: HostChoice<'again' | 'skip' | 'cancel'> = {
		text: 'Look again?',
		answers: { again: [''], skip: ['skip'], cancel: ['cancel', 'c', 'quit', 'q'] },
		default: 'skip',
		yes: 'again',
	};

	it('takes its default without a terminal, and what it says with --yes', async () => {
		expect(await (await host()).choose(question)).toBe('skip');
		expect(await (await host({ assumeYes: true })).choose(question)).toBe('again');
	});

	/** Types the keys once the question shows; resolves to the answer and to what was on the screen. */
	async function typed(keys: string) {
		const [input, output] = [new PassThrough(), new PassThrough()];
		const streams = { input: input as unknown as NodeJS.ReadStream, output: output as unknown as NodeJS.WriteStream };
		const made = await host({ ...streams, interactive: true });
		let screen = '';
		const asked = made.choose(question);
		output.on('data', (chunk) => {
			const before = screen;
			screen += String(chunk);
			if (screen.includes('Look again?') && !before.includes('Look again?')) setImmediate(() => input.write(keys));
		});
		return { answer: await asked, screen };
	}

	it.each([
		['\r', 'again'],
		['skip\r', 'skip'],
		['SKIP \r', 'skip'],
		['c\r', 'cancel'],
		['quit\r', 'cancel'],
	])('is answered by typing %j: %s', async (keys, expected) => {
		const { answer, screen } = await typed(keys);
		expect(answer).toBe(expected);
		expect(screen).toContain('Enter: again, skip or cancel');
	});

	it('is asked on after a word that it does not know', async () => {
		const { answer, screen } = await typed('nope\r\b\b\b\bskip\r');
		expect(answer).toBe('skip');
		expect(screen).toContain('Type Enter: again, skip or cancel');
	});

	it('is cancelled by Ctrl-C and by Ctrl-D', async () => {
		for (const key of ['\u0003', 'sk\u0004']) await expect(typed(key)).rejects.toThrow('Cancelled');
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
