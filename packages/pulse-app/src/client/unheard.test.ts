import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { performApiCall } from './api-call.ts';
import { hold } from './hold.ts';
import { createNavigation } from './navigation.ts';

/** In a page each is an error of the page, which is counted against its version. */
const unheard: unknown[] = [];
const hear = (error: unknown) => unheard.push(error);

beforeEach(() => {
	unheard.length = 0;
	process.on('unhandledRejection', hear);
});

afterEach(async () => {
	await sleep(10);
	process.off('unhandledRejection', hear);
	vi.unstubAllGlobals();
	expect(unheard).toEqual([]);
});

test.each(['[{"views', '<html>of a proxy</html>'])(
	'going back loads the document where the answer is %s',
	async (body) => {
		const listeners: (() => void)[] = [];
		const location = { href: 'https://app.example/one', reload: vi.fn() };
		vi.stubGlobal('location', location);
		vi.stubGlobal('addEventListener', (_event: string, listener: () => void) => listeners.push(listener));
		createNavigation({ send: async () => new Response(body), renderId: 'r', onView() {}, onMoved() {} });
		location.href = 'https://app.example/two';
		for (const listener of listeners) listener();
		await expect.poll(() => location.reload.mock.calls.length).toBe(1);
	},
);

test('a request that the server asks for and that cannot be made is answered as failed', async () => {
	const call = {
		type: 'api_call' as const,
		id: '1',
		url: '/x',
		method: 'GET',
		headers: { 'no header': 'x' },
		body: null,
	};
	expect(await performApiCall({ ...call, credentials: 'include' }, fetch)).toMatchObject({
		id: '1',
		ok: false,
		status: 0,
	});
});

test('a page that cannot load what holds it goes on without', async () => {
	vi.doMock('pulse-tab/page-tab', () => {
		throw new Error('its version is gone');
	});
	hold('drawing')();
	await expect(import('pulse-tab/page-tab')).rejects.toThrow();
});
