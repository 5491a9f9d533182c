import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { IMPORT_APP, pulse } from '../testing/pulse-process.ts';

const app = (says: string) => `${IMPORT_APP}
import { word } from './word';
const own: string = ${JSON.stringify(says)};
export default new App({ listener: (_request, response) => response.end([own, word, process.env.FROM_FILE].join(' ')) });`;
const files = { 'word.ts': `export const word = 'one';`, '.env': 'FROM_FILE=x' };

async function watched(source = app('a')) {
	const running = pulse(['run', 'app.ts', '--watch', '--port', '0'], { source, files });
	const url = await running.url();
	const write = (name: string, text: string) => writeFileSync(join(running.cwd, name), text);
	const text = () =>
		fetch(url).then(
			(response) => response.text(),
			() => 'away',
		);
	return { ...running, url, write, text };
}

describe('pulse run --watch', () => {
	it('starts anew at the same port when the app, what it imports or its variables change', async () => {
		const { text, write, cwd } = await watched();
		expect(await text()).toBe('a one x');
		write('app.ts', app('b'));
		await expect.poll(text).toBe('b one x');
		write('word.new', `export const word = 'two';`);
		renameSync(join(cwd, 'word.new'), join(cwd, 'word.ts'));
		await expect.poll(text).toBe('b two x');
		write('.env', 'FROM_FILE=y');
		await expect.poll(text).toBe('b two y');
		write('notes.txt', 'nothing of the app');
		write('data.db', 'written by the app');
		await expect.poll(text).toBe('b two y');
	});

	it.each([
		['JSON', 'data.json', '["one"]', '["two"]'],
		['plain JavaScript', 'plain.mjs', `import x from './deeper.mjs'; export default x;`, `export default 'two';`],
		['what that imports', 'deeper.mjs', `export default 'one';`, `export default 'two';`],
		['CommonJS', 'old.cjs', `module.exports = 'one';`, `module.exports = 'two';`],
	])('hears of %s too, which needs no compiling', async (_what, name, before, after) => {
		const imported = name === 'deeper.mjs' ? 'plain.mjs' : name;
		const running = pulse(['run', 'app.ts', '--watch', '--port', '0'], {
			source: `${IMPORT_APP}
import word from './${imported}';
export default new App({ listener: (_request, response) => response.end(String(word)) });`,
			files: {
				'plain.mjs': `import x from './deeper.mjs'; export default x;`,
				'deeper.mjs': `export default 'one';`,
				[name]: before,
			},
		});
		const url = await running.url();
		const text = () =>
			fetch(url)
				.then((response) => response.text())
				.catch(() => 'away');
		expect(await text()).toBe('one');
		writeFileSync(join(running.cwd, name), after);
		await expect.poll(text).toBe('two');
	});

	it('waits for a change when plain JavaScript is broken, and starts again', async () => {
		const broken = pulse(['run', 'app.mjs', '--watch', '--port', '0'], {
			files: {
				'app.mjs': `${IMPORT_APP}
import { word } from './word.mjs';
export default new App({ listener: (_request, response) => response.end(word) });`,
				'word.mjs': 'export const word = ;',
			},
		});
		await expect.poll(broken.output).toMatch(/failed to load[\s\S]*waiting for a change/);
		writeFileSync(join(broken.cwd, 'word.mjs'), `export const word = 'mended';`);
		expect(await (await fetch(await broken.url())).text()).toBe('mended');
	});

	it('waits for a change when the app is broken, and starts again', async () => {
		const { text, write, output } = await watched();
		write('word.ts', 'export const word = ;');
		await expect.poll(output).toMatch(/failed to load[\s\S]*waiting for a change/);
		write('word.ts', `export const word = 'mended';`);
		await expect.poll(text).toBe('a mended x');
	});

	it('listens where the variables say by now', async () => {
		const free = async () => {
			const server = createServer().listen(0, '127.0.0.1');
			await once(server, 'listening');
			const { port } = server.address() as AddressInfo;
			server.close();
			return port;
		};
		const [first, second] = [await free(), await free()];
		const running = pulse(['run', 'app.ts', '--watch'], {
			source: app('a'),
			files: { ...files, '.env': `PORT=${first}` },
		});
		expect(await running.url()).toBe(`http://127.0.0.1:${first}`);
		writeFileSync(join(running.cwd, '.env'), `PORT=${second}`);
		await expect.poll(running.output).toContain(`Listening on http://127.0.0.1:${second}`);
	});

	describe('an app that is busy for good', () => {
		const busy = async () => {
			const running = await watched(`${IMPORT_APP}
import { word } from './word';
export default new App({ listener: () => { while (word); } });`);
			const asked = fetch(`${running.url}/busy`).catch(() => {});
			onTestFinished(() => asked.then(() => {}));
			return running;
		};

		it('starts anew when it is mended', { timeout: 20_000 }, async () => {
			const { write, text } = await busy();
			write('app.ts', app('mended'));
			await expect.poll(text, { timeout: 15_000 }).toBe('mended one x');
		});

		it('ends on Ctrl-C', { timeout: 20_000 }, async () => {
			const { child, exit } = await busy();
			child.kill('SIGINT');
			expect(await exit).toBe(130);
		});
	});

	it('lets the sockets of browsers come back', async () => {
		const { url, write, output } = await watched();
		const socket = io(url, { transports: ['websocket'], reconnectionDelay: 50, reconnectionDelayMax: 100 });
		onTestFinished(() => void socket.disconnect());
		const refusals: string[] = [];
		// Without a page behind it the app refuses it, which shows that it is there.
		socket.on('connect_error', (error) => {
			refusals.push(error.message);
			setTimeout(() => socket.connect(), 50);
		});
		await expect.poll(() => refusals.length).toBeGreaterThan(0);
		const known = refusals[0];
		write('app.ts', app('b'));
		await expect.poll(() => output().match(/Listening/g)?.length).toBe(2);
		const since = refusals.length;
		await expect.poll(() => refusals.slice(since)).toContain(known);
	});

	it.each([
		['SIGINT', 130],
		['SIGTERM', 143],
	] as const)('ends with the app on %s', async (signal, code) => {
		const { child, exit, text } = await watched();
		child.kill(signal);
		expect(await exit).toBe(code);
		expect(await text()).toBe('away');
	});

	it('leaves no app behind when the watcher is killed', async () => {
		const { child, text } = await watched();
		child.kill('SIGKILL');
		await expect.poll(text).toBe('away');
	});

	it('is not for production', async () => {
		const refused = pulse(['run', 'app.ts', '--watch', '--prod'], { source: app('a') });
		expect(await refused.exit).toBe(1);
		expect(refused.output()).toMatch(/cannot be used with/);
	});
});
