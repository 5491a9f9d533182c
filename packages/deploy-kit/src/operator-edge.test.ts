import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Compiled, as the tools run it; `npm test` compiles first. */
const built = (name: string) => JSON.stringify(new URL(`../dist/${name}.js`, import.meta.url).href);

interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** A tool of one command, `tool go`, in a process of its own. `run`: the body of the command. */
async function tool(
	run: string,
	more: { changes?: boolean; stdout?: 'full' | 'left'; stderr?: 'full'; load?: string; flags?: string[] } = {},
) {
	const script = `
		import { runOperator } from ${built('operator-edge')};
		import { undertake } from ${built('plan/undertake')};
		import { containApp } from ${built('contain-app')};
		const sleep = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
		const aborted = (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
		const load = async () => {
			${more.load ?? ''};
			return { settings: {}, examples: [], changes: ${more.changes ?? true}, run: async (given) => { ${run} } };
		};
		await runOperator({ name: 'tool', version: '1', summary: 'A tool' }, [{ name: 'go', summary: 'Go', load }], {});`;
	const full = () => openSync('/dev/full', 'w');
	const child = spawn(
		process.execPath,
		['--input-type=module', '-e', script, '--', 'tool', 'go', ...(more.flags ?? [])],
		{
			stdio: ['ignore', more.stdout === 'full' ? full() : 'pipe', more.stderr === 'full' ? full() : 'pipe'],
		},
	);
	const ended: { -readonly [Key in keyof Ended]: Ended[Key] } = { code: null, stdout: '', stderr: '' };
	for (const name of ['stdout', 'stderr'] as const)
		child[name]?.setEncoding('utf8').on('data', (text: string) => {
			ended[name] += text;
			if (name === 'stdout' && more.stdout === 'left') child.stdout?.destroy();
		});
	[ended.code] = await once(child, 'close');
	return ended;
}

const undoable = `
	const step = (kind, undo) => ({ kind, id: kind, title: kind, undo });
	const performers = { make: async () => {}, unmake: async () => {}, wait: (_step, _run, signal) => aborted(signal) };
	const guard = { confirm: async () => {} };
	const plan = { steps: [step('make', { kind: 'unmake', id: 'unmake', title: 'take back what was made' }), step('wait')] };
	await undertake({}, { performers, guard, host: given.host, signal: given.signal, words: { tool: 'tool', where: 'there' } },
		(phase) => phase(plan, { signal: given.signal, guard }));`;

test.concurrent.each([
	['an error in a callback that nothing waits for', `setTimeout(() => { throw new Error('stray'); }, 20);`],
	['a rejection that nothing handles', `setTimeout(() => void Promise.reject(new Error('stray')), 20);`],
	[
		'several errors that nothing waits for',
		`for (const ms of [20, 20, 21]) setTimeout(() => { throw new Error(ms > 20 ? 'later' : 'stray'); }, ms);`,
	],
])('%s: what the command began is undone, and the defect is said (R12.14)', async (_name, stray) => {
	const { code, stderr } = await tool(stray + undoable);
	expect(stderr).toMatch(/^tool stops: an error came where nothing waited for one\.\nError: stray\n +at /m);
	expect(stderr).toMatch(/take back what was made[\s\S]*Error: Stopped by an error that nothing waited for: stray\n/);
	expect(stderr).toMatch(/Next: This is a defect of tool, .*Run the command again/);
	expect(stderr).not.toContain('later');
	expect(code).toBe(1);
});

test.concurrent('a command that ends well in spite of a stray error does not end with exit code 0', async () => {
	const { code, stderr } = await tool(
		`setTimeout(() => { throw new Error('stray'); }, 20); return sleep(100, { json: null });`,
	);
	expect(code).toBe(1);
	expect(stderr).toContain('Error: stray\n');
});

test.concurrent('a command that cannot be loaded is a failure, with one document where that is asked for', async () => {
	const { code, stdout, stderr } = await tool('', { load: `throw new Error('a file is missing')`, flags: ['--json'] });
	expect(JSON.parse(stdout).error).toMatchObject({ code: 'internal', message: 'a file is missing' });
	expect(stderr).toMatch(/^Error: a file is missing\nNext: This is a defect of the tool\. .*\n$/);
	expect(code).toBe(1);
});

test.concurrent('a stray error after which nothing is left to run does not end with exit code 0', async () => {
	const { code, stderr } = await tool(
		`setTimeout(() => { throw new Error('stray'); }, 20); await new Promise(() => {});`,
	);
	expect(stderr).toContain('Error: stray\n');
	expect(code).not.toBe(0);
});

test.concurrent('an error of the app while it is loaded is the loading’s, and stops nothing', async () => {
	const { code, stdout, stderr } = await tool(`
		const load = () => { setTimeout(() => { throw new Error('of the app'); }, 20); return sleep(5000); };
		const error = await containApp(load, given.signal).catch((thrown) => thrown);
		return { json: null, text: error.message };`);
	expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'of the app\n', stderr: '' });
});

const progress = `
	for (let line = 0; line < 3; line++) {
		given.host.notify({ level: 'info', text: 'at work ' + line });
		await sleep(20);
	}
	return { json: null, text: 'made' };`;

test.concurrent.each([
	['an error', `throw new Error('stray');`],
	['a rejection', `void Promise.reject(new Error('stray'));`],
])('%s that nothing waits for is heard after an app that listens for such errors was loaded', async (_name, stray) => {
	const { code, stderr } = await tool(`
		const listen = () => { for (const name of ['uncaughtException', 'unhandledRejection']) process.on(name, () => {}); };
		await containApp(async () => listen(), given.signal);
		setTimeout(() => { ${stray} }, 20);
		setTimeout(() => process.exit(7), 1_000);${undoable}`);
	expect(stderr).toMatch(/take back what was made[\s\S]*Error: Stopped by an error that nothing waited for: stray\n/);
	expect(code).toBe(1);
});

test.concurrent('a full disk behind the lines of progress ends no work', async () => {
	const { code, stdout } = await tool(progress, { stderr: 'full' });
	expect({ code, stdout }).toEqual({ code: 0, stdout: 'made\n' });
});

test.concurrent('a result that cannot be written is a failure, once the work is done', async () => {
	const { code, stderr } = await tool(progress, { stdout: 'full' });
	expect(stderr).toMatch(/at work 2\nError: Cannot write the result: ENOSPC.*\nNext: Look at the disk/);
	expect(code).toBe(1);
});

test.concurrent('a command that only shows something ends with its reader, as if it had come to its end', async () => {
	const endless = `while (!given.signal.aborted) { given.print('line'); await sleep(20); } return { json: undefined, exitCode: 130 };`;
	const { code, stdout, stderr } = await tool(endless, { changes: false, stdout: 'left' });
	expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
	expect(stdout).toContain('line\n');
});
