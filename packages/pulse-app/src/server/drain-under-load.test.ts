import { Agent, get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Browser, type Page } from '../testing/harness.ts';
import { IMPORT_APP, pulse } from '../testing/pulse-process.ts';

const APP = `${IMPORT_APP}
import { setTimeout as sleep } from 'node:timers/promises';
export default new App({
	listener: async (request, response) => {
		if (request.url === '/slow') await sleep(800);
		response.end('whole');
	},
	channels: { echo: (channel) => channel.on('say', (payload) => payload) },
});`;

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** The answer's body, or the code of what went wrong. */
function ask(url: string, agent: Agent): Promise<string> {
	return new Promise((resolve) => {
		const failed = (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message);
		get(url, { agent }, (response) => {
			response.toArray().then((chunks) => resolve(Buffer.concat(chunks).toString()), failed);
		}).on('error', failed);
	});
}

/** Asks again and again on one connection that is kept alive, until no answer comes; returns all answers. */
async function askUntilTheEnd(url: string): Promise<string[]> {
	const agent = new Agent({ keepAlive: true, maxSockets: 1 });
	const answers: string[] = [];
	do answers.push(await ask(url, agent));
	while (answers.at(-1) === 'whole');
	agent.destroy();
	return answers;
}

async function openPage(url: string): Promise<Page> {
	const browser = new Browser(url);
	await browser.open();
	return browser.connect().ready();
}

describe('pulse run under load', () => {
	it('stops without failing a request, and with a proper goodbye to every socket', { timeout: 60_000 }, async () => {
		const app = pulse(['run', 'app.ts', '--port', '0', '--drain-seconds', '5'], { source: APP });
		const url = await app.url();
		const pages = await Promise.all(times(50, () => openPage(url)));
		const goodbyes = pages.map(
			({ socket }) =>
				new Promise<{ reason: string; code: number | undefined }>((resolve) =>
					socket.once('disconnect', (reason, details) => {
						const { context } = (details ?? {}) as { context?: { code: number } };
						resolve({ reason, code: context?.code });
					}),
				),
		);
		const agent = new Agent();
		const slow = times(40, () => ask(`${url}/slow`, agent));
		const loops = times(10, () => askUntilTheEnd(url));
		await Promise.all(times(20, () => ask(url, agent)));

		app.child.kill('SIGTERM');
		await expect.poll(() => ask(url, agent)).toBe('ECONNREFUSED');
		const echoes = await Promise.all(pages.map((page, i) => page.request('echo', 'say', i)));
		expect(echoes).toEqual(times(50, (i) => i));

		expect(await Promise.all(slow)).toEqual(times(40, () => 'whole'));
		for (const answers of await Promise.all(loops)) {
			expect(answers.length).toBeGreaterThan(1);
			expect(answers.pop()).toBe('ECONNREFUSED');
			expect(new Set(answers)).toEqual(new Set(['whole']));
		}
		// 1005: closed by a close frame; a cut connection would be 1006. `transport close` is what browsers reconnect after.
		expect(await Promise.all(goodbyes)).toEqual(times(50, () => ({ reason: 'transport close', code: 1005 })));
		expect(await app.exit).toBe(0);
	});
});
