import { describe, expect, it } from 'vitest';
import { Browser, serve } from '../testing/harness.ts';

const refused = (url: string) =>
	fetch(url).then(
		() => false,
		() => true,
	);

describe('a draining app', () => {
	it('refuses new connections and finishes requests under way', async () => {
		let release = () => {};
		const { url, running } = await serve({
			listener: async (_request, response) => {
				response.write('first ');
				await new Promise<void>((resolve) => {
					release = resolve;
				});
				response.end('last');
			},
		});
		const response = await fetch(url);
		const closing = running.close({ budgetMs: 10_000 });
		await expect.poll(() => refused(url)).toBe(true);
		release();
		expect(await response.text()).toBe('first last');
		await closing;
	});

	it('keeps sockets usable until they leave', async () => {
		const { url, running } = await serve({ channels: { echo: (channel) => channel.on('say', (x) => x) } });
		const browser = new Browser(url);
		await browser.open();
		const page = await browser.connect().ready();
		let closed = false;
		const closing = running.close({ budgetMs: 10_000 }).then(() => {
			closed = true;
		});
		await expect.poll(() => refused(url)).toBe(true);
		expect(await page.request('echo', 'say', 'still here')).toBe('still here');
		expect(closed).toBe(false);
		page.socket.disconnect();
		await closing;
	});

	it('closes what is left when its budget is over, and ends at once when asked again', async () => {
		const { url, running } = await serve({ listener: () => {} });
		const browser = new Browser(url);
		await browser.open();
		const page = await browser.connect().ready();
		const hanging = fetch(url).then(
			() => 'answered',
			() => 'cut off',
		);
		const gone = new Promise((resolve) => page.socket.once('disconnect', resolve));
		const closing = running.close({ budgetMs: 60_000 });
		await running.close({ budgetMs: 0 });
		await closing;
		await gone;
		expect(await hanging).toBe('cut off');
	});
});
