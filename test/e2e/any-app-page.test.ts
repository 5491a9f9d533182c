import { existsSync, readdirSync } from 'node:fs';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask, DOCUMENT } from '../../packages/pulse-edge/src/testing/ask.ts';
import { ROOT } from '../repository/source-files.ts';
import { commandsOfPage } from '../support/commands-of-page.ts';
import { lineToPaste, Terminal } from '../support/terminal.ts';

/** The example that installs nothing: what the pages say is the same for all of them. */
const APP = 'agent-sse';

const page = commandsOfPage('docs/any-app.md');
const readme = commandsOfPage('README.md', '## An app with a Dockerfile');

test('the README, the page on any app and the page of each example give the same four commands', () => {
	const examples = readdirSync(join(ROOT, 'examples/any-app'));
	expect(page).toHaveLength(4);
	expect(readme.slice(1)).toEqual(page);
	for (const name of examples)
		expect([name, commandsOfPage(`examples/any-app/${name}/README.md`)]).toEqual([name, page]);
});

test('who pastes the page at a terminal has two versions side by side, goes back, and leaves nothing behind', async () => {
	const home = await mkdtemp(join(tmpdir(), 'pulse-newcomer-'));
	const cwd = join(home, 'app');
	await cp(join(ROOT, 'examples/any-app', APP), cwd, { recursive: true });
	onTestFinished(() => rm(home, { recursive: true, force: true }));
	const terminal = new Terminal({ cwd: ROOT, env: { PATH: process.env.PATH, HOME: home } });
	onTestFinished(() => terminal.close());
	await terminal.open();
	// Installed and built it is by now; the rest of that line says where the command is.
	await terminal.type(readme[0]!.split(' && ').at(-1)!);
	await terminal.type(`cd ${cwd}`);
	const [up = '', init = '', deploy = '', rollback = ''] = page;
	const down = 'pulse-railway local down --purge';
	await terminal.type(up);
	onTestFinished(() => (existsSync(join(cwd, '.pulse')) ? terminal.type(down).then(() => {}) : undefined));
	const made = await terminal.type(init);
	const port = Number(/Ready at http:\/\/127\.0\.0\.1:(\d+)/.exec(made)?.[1]);
	await terminal.type(lineToPaste(made));
	const visit = async (query = '') => {
		const head = { ...DOCUMENT, host: `127.0.0.1:${port}` };
		const { status, headers, body } = await ask(port, `/${query}`, { headers: head });
		expect([status, body]).toEqual([200, expect.stringContaining('/_pulse/edge/tab.')]);
		return { by: headers['x-pulse-selected-deployment'], changed: body.includes('changed') };
	};
	expect(await terminal.type(deploy)).toContain('An app in a Dockerfile, port 3000: a container app, pinned by tab');
	const first = await visit();
	await appendFile(join(cwd, 'page.html'), '<p>changed</p>');
	await terminal.type(deploy);
	const second = await visit();
	expect([first.changed, second.changed]).toEqual([false, true]);
	expect(await visit(`?pulse_deployment=${first.by}`)).toEqual(first);
	await terminal.type(rollback);
	expect(await visit()).toEqual(first);
	expect(await terminal.type(down)).toContain('Removed ');
	expect(readdirSync(cwd).sort()).toEqual(readdirSync(join(ROOT, 'examples/any-app', APP)).sort());
	expect(
		readdirSync(home, { recursive: true })
			.map(String)
			.filter((name) => /pulse-railway\/./.test(name)),
	).toEqual([]);
	await expect(visit()).rejects.toThrow();
}, 120_000);
