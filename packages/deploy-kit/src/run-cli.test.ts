import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CommandListing, CommandSpec, Invocation } from './command.ts';
import type { ProgramInfo } from './commander-program.ts';
import { completionCommand } from './completion.ts';
import { DeployToolError, usageError } from './errors.ts';
import { runCli } from './run-cli.ts';
import { list, text } from './setting-kinds.ts';

const info = { name: 'tool', version: '1.2.3', summary: 'A tool' };

function spec(more: Partial<CommandSpec> = {}): CommandSpec {
	return {
		settings: {
			colour: { flag: '--colour <colour>', describe: 'its colour', env: ['COLOUR'], default: 'red', parse: text },
			env: { flag: '--env <KEY=VALUE>', repeatable: true, describe: 'a variable', parse: list },
			hidden: { describe: 'plugin only', plugin: 'hidden', parse: text },
		},
		examples: ['tool make thing --colour blue'],
		changes: true,
		run: async () => ({ json: { b: 1, a: { d: 1, c: 2 } }, text: 'made' }),
		...more,
	};
}

const listed = (load: CommandSpec): CommandListing => ({
	name: 'make thing',
	summary: 'Make a thing',
	arguments: [{ syntax: '[file]', describe: 'a file' }],
	load: async () => load,
});

async function run(
	argv: string[],
	command: CommandSpec | readonly CommandListing[] = spec(),
	program: ProgramInfo = info,
): Promise<{ code: number; out: string; err: string }> {
	const [stdout, stderr] = [new PassThrough(), new PassThrough()];
	const code = await runCli(program, 'run' in command ? [listed(command)] : command, {
		argv,
		env: {},
		cwd: '/here',
		stdin: new PassThrough() as unknown as NodeJS.ReadStream,
		stdout: stdout as unknown as NodeJS.WriteStream,
		stderr: stderr as unknown as NodeJS.WriteStream,
		signal: new AbortController().signal,
	});
	return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

describe('a command', () => {
	it('gets what was typed, unread', async () => {
		let seen: Invocation | undefined;
		const command = spec({
			run: async (invocation) => {
				seen = invocation;
				return { json: null };
			},
		});
		await run(['make', 'thing', '--env', 'A=1', 'file.ts', '--env', 'B=2', '--dry-run'], command);
		expect(seen).toMatchObject({ flags: { env: ['A=1', 'B=2'] }, args: ['file.ts'], cwd: '/here', dryRun: true });
		expect(seen?.flags.colour).toBeUndefined();
	});

	it('takes a flag by its other name, and not by both', async () => {
		const settings = { size: { flag: '--size <n>', alias: '--width <n>', describe: 'its size', parse: text } };
		const command = spec({ settings, run: async ({ flags }) => ({ json: null, text: String(flags.size) }) });
		expect((await run(['make', 'thing', '--width', '3'], command)).out).toBe('3\n');
		expect((await run(['make', 'thing', '--size', '4'], command)).out).toBe('4\n');
		const both = await run(['make', 'thing', '--size', '4', '--width', '3'], command);
		expect(both).toMatchObject({ code: 2, err: expect.stringContaining("'--width' is another name of a flag") });
		expect((await run(['make', 'thing', '--help'], command)).out).toMatch(/--width <n> +the same as --size/);
	});

	it('prints text, or with --json one document with sorted keys', async () => {
		expect(await run(['make', 'thing'])).toEqual({ code: 0, out: 'made\n', err: '' });
		const { out } = await run(['make', 'thing', '--json']);
		expect(out).toBe(`{\n  "a": {\n    "c": 2,\n    "d": 1\n  },\n  "b": 1\n}\n`);
	});

	it('prints JSON into a pipe where scripts rely on it', async () => {
		expect(JSON.parse((await run(['make', 'thing'], spec({ jsonWhenPiped: true }))).out)).toHaveProperty('a');
	});

	it('says there what a person would read, unless only JSON or little was asked for', async () => {
		const err = async (...flags: string[]) =>
			(await run(['make', 'thing', ...flags], spec({ jsonWhenPiped: true }))).err;
		expect([await err(), await err('--json'), await err('--quiet')]).toEqual(['made\n', '', '']);
	});

	it('fails with one message, what is behind it, and what to do next', async () => {
		const failing = spec({
			run: async () => {
				throw new DeployToolError('no-thing', 'There is no thing.', { fault: 'app', detail: 'a\nb', next: 'Get one.' });
			},
		});
		expect(await run(['make', 'thing'], failing)).toEqual({
			code: 1,
			out: '',
			err: 'Error: There is no thing.\n  a\n  b\nNext: Get one.\n',
		});
		const { code, out } = await run(['make', 'thing', '--json'], failing);
		expect([code, JSON.parse(out)]).toEqual([
			1,
			{ error: { code: 'no-thing', message: 'There is no thing.', fault: 'app', detail: 'a\nb', next: 'Get one.' } },
		]);
	});

	it('ends with 2 for bad input', async () => {
		const picky = spec({
			run: async () => {
				throw usageError('colour must be blue');
			},
		});
		expect((await run(['make', 'thing'], picky)).code).toBe(2);
	});

	it('is told in the form and with the exit code that its program has', async () => {
		const own: ProgramInfo = {
			...info,
			errorMark: '❌',
			usageExitCode: 1,
			format: () => (message) => `<${message.level}> ${message.text}`,
		};
		const picky = spec({
			run: async ({ host }) => {
				host.notify({ level: 'section', text: 'One' });
				host.notify({ level: 'info', text: 'at work' });
				host.notify({ level: 'section', text: 'Two' });
				throw usageError('colour must be blue');
			},
		});
		expect(await run(['make', 'thing'], picky, own)).toEqual({
			code: 1,
			out: '',
			err: '<section> One\n<info> at work\n\n<section> Two\n❌ colour must be blue\n',
		});
		expect(await run(['frob'], picky, own)).toMatchObject({
			code: 1,
			err: expect.stringMatching(/^❌ unknown command/),
		});
	});

	it('goes on to its end when its reader has gone away', async () => {
		const gone = () =>
			new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })) });
		const [stdout, stderr] = [gone(), gone()];
		let finished = false;
		const command = spec({
			run: async ({ host, print }) => {
				for (let line = 0; line < 3; line++) {
					print('result');
					host.notify({ level: 'info', text: `at work ${line}` });
					await new Promise((resolve) => setImmediate(resolve));
				}
				finished = true;
				return { json: null, text: 'made' };
			},
		});
		const code = await runCli(info, [listed(command)], {
			argv: ['make', 'thing'],
			env: {},
			cwd: '/here',
			stdin: new PassThrough() as unknown as NodeJS.ReadStream,
			stdout: stdout as unknown as NodeJS.WriteStream,
			stderr: stderr as unknown as NodeJS.WriteStream,
			signal: new AbortController().signal,
		});
		expect([code, finished]).toEqual([0, true]);
	});

	it('calls an unexpected error a defect, with its stack only when asked', async () => {
		const broken = spec({
			run: async () => {
				throw new TypeError('x is not a function');
			},
		});
		const { err } = await run(['make', 'thing'], broken);
		expect(err).toContain('This is a defect of the tool');
		expect(err).not.toContain('run-cli.test.ts');
		expect((await run(['make', 'thing', '--verbose'], broken)).err).toContain('run-cli.test.ts');
	});
});

describe('help', () => {
	it('shows flags with variable and default, examples, and nothing that has no flag', async () => {
		const { code, out } = await run(['make', 'thing', '--help']);
		expect(code).toBe(0);
		expect(out).toContain('its colour (env: COLOUR; default: red)');
		expect(out).toContain('--env <KEY=VALUE>');
		expect(out).toContain('$ tool make thing --colour blue');
		expect(out).not.toContain('plugin only');
	});

	it.each([
		[['--help'], []],
		[['help'], []],
		[['make'], []],
		[['make', '--help'], []],
		[['make', 'thing', '--help'], ['make thing']],
		[['--help', 'make', 'thing'], ['make thing']],
		[['help', 'make', 'thing'], ['make thing']],
		[['make', 'help', 'thing'], ['make thing']],
		[['complete', '--', 'make', 'thing', '--c'], ['make thing']],
	])('%o loads %o and nothing else', async (argv, loaded) => {
		const seen: string[] = [];
		const commands = ['make thing', 'make things'].map((name) => ({
			...listed(spec()),
			name,
			load: async () => {
				seen.push(name);
				return spec();
			},
		}));
		await run(argv, commands);
		expect(seen).toEqual(loaded);
	});

	it('is printed without arguments, and the version on demand', async () => {
		expect((await run([])).out).toContain('A tool');
		expect((await run(['--version'])).out).toBe('1.2.3\n');
	});
});

describe('what cannot be parsed', () => {
	it.each([[['frob']], [['make', 'thing', '--frob']], [['make', 'thing', '--colour']]])(
		'%o is bad input',
		async (argv) => {
			const { code, out, err } = await run(
				argv.length > 1 ? ['make', 'thing', '--json', ...argv.slice(2)] : [...argv, '--json'],
			);
			expect(code).toBe(2);
			expect(JSON.parse(out).error.code).toBe('usage');
			expect(err).toMatch(/^Error: /);
		},
	);

	it('is an error for a group without its command', async () => {
		const { code, out, err } = await run(['make']);
		expect([code, out]).toEqual([2, '']);
		expect(err).toContain('tool make');
	});
});

describe('completion', () => {
	it('proposes commands and flags, a line each with its summary, and changes nothing', async () => {
		const long = spec({ description: 'More\n\nthan a line.', run: () => Promise.reject(new Error('ran')) });
		const make = { ...listed(long), name: 'make' };
		expect((await run(['complete', '--', 'ma'], [make])).out).toBe('make\tMake a thing\n:4\n');
		expect((await run(['complete', '--', 'make', '--col'], [make])).out).toMatch(/^--colour\tits colour .*\n:4\n$/);
	});

	it('prints a script that a shell may read again, beside that of another tool', async () => {
		const { out, code } = await run(['completion', 'bash'], [completionCommand('tool')]);
		expect([code, out.includes('tool complete --'), /^readonly /m.test(out)]).toEqual([0, true, false]);
	});

	it('names the shells that it knows', async () => {
		const { err, code } = await run(['completion', 'csh'], [completionCommand('tool')]);
		expect([code, err]).toEqual([
			2,
			expect.stringContaining("the shell must be one of bash, zsh, fish, pwsh, got 'csh'"),
		]);
	});
});
