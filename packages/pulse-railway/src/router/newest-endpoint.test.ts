import { expect, it, onTestFinished } from 'vitest';
import { exchange } from '../../../pulse-edge/src/testing/sockets.ts';
import { StoreUnavailableError } from '../deployments/errors.ts';
import { INTERNAL_TOKEN_HEADER, NEWEST_PATH } from '../protocol.ts';
import { openStore } from '../stores/open.ts';
import { startRouter } from './testing/router.ts';

const TOKEN = 'internal-token';
const ASKED = { deployment_id: 'v1', token: 'a'.repeat(32), owner: 'v1 on host' };

async function router(internalToken: string | undefined = TOKEN) {
	const store = await openStore('memory:', { prefix: 'x' });
	onTestFinished(() => store.close());
	const granting = { ...ASKED, id: 'v1', remembered: 'v1', ttlMs: 1 };
	await store.newest(granting);
	const options = internalToken === undefined ? {} : { internalToken };
	return { ...(await startRouter({ store, deployments: { v1: 1 }, ...options })) };
}

async function ask(port: number, asked: unknown, headers: Record<string, string> = { [INTERNAL_TOKEN_HEADER]: TOKEN }) {
	const body = typeof asked === 'string' ? asked : JSON.stringify(asked);
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	const head = `POST ${NEWEST_PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines.join('')}`;
	const answer = await exchange(port, `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
	const [, status, json] = /^HTTP\/1\.1 (\d+) .*?\r\n\r\n(.*)$/s.exec(answer) ?? [];
	return { status: Number(status), body: JSON.parse(json ?? 'null') };
}

it('tells one process of the newest deployment that it is the one, with a fence and for how long (R10.12)', async () => {
	const { port } = await router();
	const first = await ask(port, ASKED);
	const times = { for_ms: 3_000, ask_in_ms: 750 };
	expect(first).toEqual({ status: 200, body: { held: true, newest: true, fence: expect.any(Number), ...times } });
	const other = { ...ASKED, token: 'b'.repeat(32) };
	const refused = { held: false, newest: true, owner: 'v1 on host', for_ms: 0, ask_in_ms: 500 };
	expect(await ask(port, other)).toEqual({ status: 200, body: refused });
	expect((await ask(port, { ...ASKED, deployment_id: 'v0', token: 'c'.repeat(32) })).body).toMatchObject({
		held: false,
		newest: false,
	});
	expect(await ask(port, { ...ASKED, release: true })).toEqual({ status: 200, body: { released: true } });
	expect((await ask(port, other)).body.fence).toBeGreaterThan(first.body.fence);
});

it('gives nothing away without the token, and to nobody where the router has none (R10.12)', async () => {
	const { port } = await router();
	for (const headers of [{}, { [INTERNAL_TOKEN_HEADER]: '' }, { [INTERNAL_TOKEN_HEADER]: `${TOKEN}x` }]) {
		expect(await ask(port, ASKED, headers)).toEqual({ status: 404, body: { detail: 'not found' } });
	}
	const without = await router('');
	expect(await ask(without.port, ASKED, { [INTERNAL_TOKEN_HEADER]: '' })).toMatchObject({ status: 404 });
	expect(await exchange(port, `GET ${NEWEST_PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).toMatch(
		/^HTTP\/1\.1 404 /,
	);
});

it('takes nothing that is no question (R10.12)', async () => {
	const { port } = await router();
	for (const asked of [
		'',
		'{',
		'null',
		{ ...ASKED, token: 'short' },
		{ ...ASKED, deployment_id: 'NO/ID' },
		{ ...ASKED, owner: 'x'.repeat(201) },
		{ ...ASKED, more: 'x'.repeat(2_000) },
	]) {
		expect((await ask(port, asked)).status, JSON.stringify(asked)).toBe(400);
	}
});

it('says so when it cannot reach its store, and grants nothing (R10.12)', async () => {
	const { port, store } = await router();
	store.newest = () => Promise.reject(new StoreUnavailableError('gone'));
	expect(await ask(port, ASKED)).toEqual({ status: 503, body: { detail: 'store unavailable' } });
});
