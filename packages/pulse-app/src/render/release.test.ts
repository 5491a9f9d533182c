import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { CookieSessionStore } from '../sessions/cookie-store.ts';
import { Browser, serve } from '../testing/harness.ts';
import type { RenderSession } from './render-session.ts';

const SESSIONS = 1000;
const AT_ONCE = 50;
/** A thousand sockets take seconds, more of them on a busy machine. */
const TIMEOUT_MS = 120_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Names of all timers, sockets and servers that keep this process alive. */
const handles = () => process.getActiveResourcesInfo().sort();

describe('render sessions', () => {
	it('are released with everything they held: memory, timers, sockets', { timeout: TIMEOUT_MS }, async () => {
		const before = handles();
		const seen: WeakRef<RenderSession>[] = [];
		let closed = 0;
		const { url, running } = await serve({
			sessionTimeoutSeconds: 0.2,
			sessionStore: new CookieSessionStore({ secret: 'x' }),
			channels: {
				echo: (channel) => {
					seen.push(new WeakRef(channel.render));
					channel.on('say', async (payload) => {
						await channel.render.session.set('said', payload);
						return payload;
					});
					channel.onClose(() => {
						closed += 1;
					});
				},
			},
		});
		const live = async (index: number) => {
			const browser = new Browser(url);
			await browser.open();
			const page = await browser.connect().ready();
			expect(await page.request('echo', 'say', index)).toBe(index);
			page.socket.disconnect();
		};
		for (let done = 0; done < SESSIONS; done += AT_ONCE) {
			await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => live(done + index)));
		}
		await expect.poll(() => running.renderSessions().total).toBe(0);
		expect(closed).toBe(SESSIONS);
		expect(seen).toHaveLength(SESSIONS);
		await expect
			.poll(() => {
				collectGarbage();
				return seen.filter((render) => render.deref() !== undefined).length;
			})
			.toBe(0);

		await running.close({ budgetMs: 0 });
		await expect.poll(handles).toEqual(before);
	});
});
