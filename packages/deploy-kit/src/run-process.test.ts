import { describe, expect, it } from 'vitest';
import { runProcess } from './run-process.ts';

const node = (script: string, more: Partial<Parameters<typeof runProcess>[0]> = {}) =>
	runProcess({
		command: process.execPath,
		args: ['-e', script],
		env: {},
		signal: new AbortController().signal,
		...more,
	});

describe('a child process', () => {
	it('gives its exit code and output, and its lines as they come', async () => {
		const lines: string[] = [];
		const result = await node(`console.log('one'); console.error('two'); process.exit(3)`, {
			onLine: (line, stream) => lines.push(`${stream} ${line}`),
		});
		expect(result).toEqual({ exitCode: 3, stdout: 'one\n', stderr: 'two\n' });
		expect(lines.sort()).toEqual(['stderr two', 'stdout one']);
	});

	it('gets its input, and the environment that was given and no other', async () => {
		const { stdout } = await node(
			`process.stdin.on('data', (d) => console.log(String(d), process.env.A, process.env.PATH))`,
			{ input: 'secret', env: { A: '1' } },
		);
		expect(stdout).toBe('secret 1 undefined\n');
	});

	it('may end without reading its input', async () => {
		expect((await node('', { input: 'x'.repeat(1_000_000) })).exitCode).toBe(0);
	});

	it('ends when the command is aborted', async () => {
		const controller = new AbortController();
		const running = node(`console.log('up'); setInterval(() => {}, 1000)`, {
			signal: controller.signal,
			onLine: () => controller.abort(new Error('stop')),
		});
		await expect(running).rejects.toThrow('stop');
	});

	it('that does not exist is named', async () => {
		await expect(node('', { command: 'no-such-program' })).rejects.toMatchObject({
			code: 'program-missing',
			message: "Cannot find the program 'no-such-program'.",
		});
	});
});
