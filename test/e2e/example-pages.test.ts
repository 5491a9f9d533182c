import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask, DOCUMENT } from '../../packages/pulse-edge/src/testing/ask.ts';
import { ROOT } from '../repository/source-files.ts';
import { commandsOfPage } from '../support/commands-of-page.ts';
import { lineToPaste, Terminal } from '../support/terminal.ts';

const EXAMPLES = ['express-chat', 'react-editor'];

test.each(EXAMPLES)(
	'%s is deployed by the commands of its page, and goes back',
	async (name) => {
		const home = await mkdtemp(join(tmpdir(), `pulse-${name}-`));
		onTestFinished(() => rm(home, { recursive: true, force: true }));
		const cwd = join(home, 'clone/examples', name);
		await mkdir(join(home, 'clone/examples'), { recursive: true });
		await symlink(join(ROOT, 'node_modules'), join(home, 'clone/node_modules'));
		const skipped = /\/(node_modules|dist|\.pulse)$/;
		await cp(join(ROOT, 'examples', name), cwd, { recursive: true, filter: (path) => !skipped.test(path) });
		const [up = '', init = '', deploy = '', rollback = '', ...more] = commandsOfPage(`examples/${name}/README.md`);
		expect([/rollback$/.test(rollback), more]).toEqual([true, []]);

		const PATH = `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`;
		const terminal = new Terminal({ cwd, env: { PATH, HOME: home } });
		onTestFinished(() => terminal.close());
		await terminal.open();
		await terminal.type(up);
		onTestFinished(() => terminal.type('pulse-railway local down --purge').then(() => {}));
		const made = await terminal.type(init);
		const port = Number(/Ready at http:\/\/127\.0\.0\.1:(\d+)/.exec(made)?.[1]);
		await terminal.type(lineToPaste(made));
		const visit = async () => {
			const host = `127.0.0.1:${port}`;
			const { status, body } = await ask(port, '/', { headers: { ...DOCUMENT, host } });
			const script = /<script type="module" src="([^"]+)"/.exec(body)?.[1];
			const answered = script === undefined ? 200 : (await ask(port, script, { headers: { host } })).status;
			return { status, answered, version: /Version <b>([^<]+)/.exec(body)?.[1] };
		};
		await terminal.type(deploy);
		const before = await visit();
		expect(before).toEqual({ status: 200, answered: 200, version: expect.not.stringMatching('machine') });
		await terminal.type(deploy);
		expect((await visit()).version).not.toBe(before.version);
		await terminal.type(rollback);
		expect(await visit()).toEqual(before);
	},
	180_000,
);
