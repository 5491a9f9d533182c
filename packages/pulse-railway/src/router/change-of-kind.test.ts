import type { RequestListener } from 'node:http';
import { expect, it } from 'vitest';
import { ask, DOCUMENT } from '../../../pulse-edge/src/testing/ask.ts';
import { startBackend } from '../../../pulse-edge/src/testing/sockets.ts';
import { startRouter } from './testing/router.ts';

const CONTAINER = { affinity: 'tab', healthPath: '/', port: 8_000 } as const;
const STYLE = { 'sec-fetch-dest': 'style', 'sec-fetch-mode': 'no-cors' };

const page: RequestListener = (_, response) => void response.setHeader('content-type', 'text/html').end('<head>');

it('a page of a Pulse app ends the cookie of the container app before it, so that no part of it comes from there (C1.6)', async () => {
	const { port, store, network, settled } = await startRouter();
	for (const id of ['old', 'pulse']) network.services.set(id, { host: '127.0.0.1', port: await startBackend(page) });
	let cookie = '';
	/** As a browser that keeps what it is told; which version answers. */
	const visit = async (path: string, headers: Record<string, string>) => {
		const answer = await ask(port, path, { headers: cookie === '' ? headers : { ...headers, cookie } });
		for (const set of answer.headers['set-cookie'] ?? []) cookie = set.includes('Max-Age=0') ? '' : set.split(';')[0]!;
		return answer.headers['x-pulse-selected-deployment'];
	};
	await store.promote('old', 'old', { container: CONTAINER });
	await settled();
	expect([await visit('/', DOCUMENT), cookie]).toEqual(['old', 'pulse_page=old']);
	await store.promote('pulse', 'pulse');
	await settled();
	expect(await visit('/style.css', STYLE)).toBe('old');
	expect([await visit('/', DOCUMENT), cookie]).toEqual(['pulse', '']);
	expect(await visit('/style.css', STYLE)).toBe('pulse');
	// Its other tab says again which version it is of as soon as it is used, and stays with it.
	cookie = 'pulse_page=old';
	expect(await visit('/style.css', STYLE)).toBe('old');
});
