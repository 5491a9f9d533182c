import { Samples } from 'pulse-edge/forward/samples';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../pulse-edge/src/testing/eventually.ts';
import { exchange } from '../../../pulse-edge/src/testing/sockets.ts';
import { StoreUnavailableError } from '../deployments/errors.ts';
import { INTERNAL_TOKEN_HEADER, PAGE_ERRORS_PATH } from '../protocol.ts';
import { openStore } from '../stores/open.ts';
import { PageErrors } from './page-errors.ts';
import { startRouter } from './testing/router.ts';

const TOKEN = 'internal-token';
const CONTAINER = { affinity: 'tab', healthPath: '/', port: 8_000 } as const;

/** A rollout of which every visitor gets the canary `two`, which is a container app or not, as `one` is. */
async function rollout(containers: readonly string[] = [], internalToken = TOKEN) {
	const store = await openStore('memory:', { prefix: 'x' });
	onTestFinished(() => store.close());
	for (const id of ['one', 'two'])
		await store.register(id, id, containers.includes(id) ? { container: CONTAINER } : {});
	await store.promote('one', 'one');
	const { beganAt } = await store.beginCanary('two', { share: 10_000, next: [], everyMs: null });
	const tells = { tellsPageErrors: async () => true, pageErrorsMs: 20, brakeMs: 20 };
	const { port, router, lines, settled } = await startRouter({ store, internalToken, ...tells });
	await settled();
	await eventually(() => lines.some(({ event }) => event === 'canary-page-errors'));
	const cookies = `pulse_canary=${beganAt.toString(36)}.5.10000.${Math.floor(Date.now() / 60_000).toString(36)}`;
	const told = (visitor: string, id = 'two') => ({
		deployment_id: id,
		error: { cookies, visitor: visitor.repeat(32) },
	});
	return { port, store, cookies, told, sides: () => router.context.samples.of({ beganAt }) };
}

async function post(port: number, path: string, body: unknown, headers: Record<string, string>) {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines.join('')}`;
	const answer = await exchange(port, `${head}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
	const [, status, json] = /^HTTP\/1\.1 (\d+) .*?\r\n\r\n(.*)$/s.exec(answer) ?? [];
	return { status: Number(status), body: JSON.parse(json || 'null') };
}
const tell = (port: number, body: unknown, headers: Record<string, string> = { [INTERNAL_TOKEN_HEADER]: TOKEN }) =>
	post(port, PAGE_ERRORS_PATH, body, headers);

it('counts a page that has failed once for each visitor, where that visitor has that version (R10.13)', async () => {
	const { port, told, sides } = await rollout();
	expect(await tell(port, { deployment_id: 'two' })).toEqual({ status: 200, body: { counted: false } });
	expect(await tell(port, told('a'))).toEqual({ status: 200, body: { counted: true } });
	for (const again of [told('a'), told('b', 'one'), { ...told('c'), error: { ...told('c').error, cookies: 'a=b' } }])
		expect((await tell(port, again)).body).toEqual({ counted: false });
	expect((await tell(port, told('b'))).body).toEqual({ counted: true });
	const counted = { canary: { trials: 2, failures: 2 }, active: { trials: 0, failures: 0 } };
	await expect.poll(sides).toMatchObject(counted);
});

it('is there for nobody without the token, and takes nothing that is no report (R10.13)', async () => {
	const { port, told, sides } = await rollout();
	for (const headers of [{}, { [INTERNAL_TOKEN_HEADER]: '' }, { [INTERNAL_TOKEN_HEADER]: `${TOKEN}x` }])
		expect(await tell(port, told('a'), headers)).toEqual({ status: 404, body: { detail: 'not found' } });
	const head = `GET ${PAGE_ERRORS_PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
	expect(await exchange(port, head)).toMatch(/^HTTP\/1\.1 404 /);
	for (const body of ['', '{', 'null', told('z'), { ...told('a'), more: 'x'.repeat(2_000) }, told('a', 'NO/ID')])
		expect((await tell(port, body)).status, JSON.stringify(body)).toBe(400);
	expect(sides().canary.trials).toBe(0);
	const without = await rollout([], '');
	expect((await tell(without.port, told('a'), { [INTERNAL_TOKEN_HEADER]: '' })).status).toBe(404);
});

it('says so where the store cannot say whether a visitor was counted, and counts nothing (R10.13)', async () => {
	const { port, store, told, sides } = await rollout();
	store.claimOnce = () => Promise.reject(new StoreUnavailableError('gone'));
	expect(await tell(port, told('a'))).toEqual({ status: 503, body: { detail: 'store unavailable' } });
	expect(sides().canary.trials).toBe(0);
});

it('compares pages of two container apps, and none of versions that are of two kinds (R8.8)', async () => {
	const tab = { 'sec-fetch-site': 'same-origin' };
	const report = '/_pulse/edge/tab?tab=abcdefgh&state=visible&error=1&pulse_deployment=two';
	for (const [containers, counted] of [
		[['one', 'two'], 1],
		[['two'], 0],
	] as const) {
		const { port, cookies, sides } = await rollout(containers);
		expect((await post(port, report, '', { ...tab, cookie: cookies })).status).toBe(204);
		expect(sides().canary.failures).toBe(counted);
	}
});

it('counts so many visitors of a rollout alone, because each is a key of the store and sessions can be made up (R10.13)', async () => {
	const { store, told } = await rollout();
	const { deployments, canary = null } = await store.snapshot();
	const samples = new Samples();
	const table = { canary, activeId: 'one', deployment: (id: string) => deployments.find((one) => one.id === id) };
	const look = { tells: async () => true, log: { note: () => {} }, samples: () => samples, now: Date.now };
	const errors = new PageErrors({ store, table, ...look, mostVisitors: 2 });
	onTestFinished(() => errors.close());
	await errors.look();
	const count = (visitor: string) => errors.count({ deploymentId: 'two', ...told(visitor).error, waitedMs: 60_000 });
	expect([await count('a'), await count('b'), await count('c')]).toEqual([true, true, false]);
});
