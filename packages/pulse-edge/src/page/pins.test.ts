import { expect, test } from 'vitest';
import { ask, DOCUMENT } from '../testing/ask.ts';
import { startEdge } from '../testing/edge.ts';
import { startBackend, startNamedBackend } from '../testing/sockets.ts';

const TAB = { affinity: 'tab', healthPath: '/' } as const;

/** Two versions, `new` active, each of which says what it was asked. */
async function twoVersions(affinity: 'tab' | 'session' = 'tab') {
	const backend = (name: string) =>
		startBackend((request, response) => {
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify({ name, url: request.url, headers: request.headers }));
		});
	const ports = { old: await backend('old'), new: await backend('new') };
	const edge = await startEdge({ deployments: ports, container: { ...TAB, affinity } });
	edge.table.promote('new');
	const asked = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
		const answer = await ask(edge.port, path, { headers, method });
		return { ...answer, seen: answer.status === 200 ? JSON.parse(answer.body) : null };
	};
	return { ...edge, asked };
}

const PART = { 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' };
const IN_OLD_WORKER = { ...PART, referer: 'http://app.test/w.js?a=1&pulse_deployment=old' };
const OLD_COOKIE = { cookie: 'a=b; pulse_page=old; c=d' };

test.each([
	['the query before the header', '/x?pulse_deployment=old', { 'x-pulse-deployment': 'new' }, 'old'],
	['the header before what Next says', '/x?dpl=new', { 'x-pulse-deployment': 'old' }, 'old'],
	['what Next says in the query', '/x?dpl=old', {}, 'old'],
	['what Next says in its header', '/x', { 'x-deployment-id': 'old' }, 'old'],
	['what Next says only of a version that is known', '/x?dpl=build-7', {}, 'new'],
	['what Next says before the referrer', '/x?dpl=new', IN_OLD_WORKER, 'new'],
	['the referrer before the cookie', '/x', { ...IN_OLD_WORKER, cookie: 'pulse_page=new' }, 'old'],
	['the cookie', '/x', { ...PART, ...OLD_COOKIE }, 'old'],
	['a cookie that names no version not at all', '/x', { ...PART, cookie: 'pulse_page=gone' }, 'new'],
	['nothing: the newest', '/x', PART, 'new'],
	['the cookie not for a document', '/x', { ...DOCUMENT, ...OLD_COOKIE }, 'new'],
	['the referrer not for a document', '/x', { ...DOCUMENT, ...IN_OLD_WORKER, ...DOCUMENT }, 'new'],
	['a referrer of another origin not at all', '/x', { referer: 'http://evil.test/?pulse_deployment=old' }, 'new'],
	[
		'a referrer of another origin that calls itself like this one',
		'/x',
		{ 'sec-fetch-site': 'cross-site', referer: 'http://app.test/?pulse_deployment=old' },
		'new',
	],
])('who says which version: %s (C1.2)', async (_, path, headers, expected) => {
	const { asked } = await twoVersions();
	const { seen, headers: answered } = await asked(path, headers);
	expect(seen.name).toBe(expected);
	expect(answered['x-pulse-selected-deployment']).toBe(expected);
});

test('a form without script stays with the cookie (C1.2)', async () => {
	const { asked } = await twoVersions();
	expect((await asked('/x', { ...DOCUMENT, ...OLD_COOKIE }, 'POST')).seen.name).toBe('old');
});

test.each([
	['Sec-Fetch-Dest', { 'sec-fetch-dest': 'document' }, true],
	['a service worker that passes it on', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'empty' }, true],
	['a browser without Sec-Fetch headers', { accept: 'text/html', 'upgrade-insecure-requests': '1' }, true],
	[
		'one that asks for a fragment',
		{ accept: 'text/html', 'upgrade-insecure-requests': '1', 'hx-request': 'true' },
		false,
	],
	['jQuery', { accept: 'text/html', 'upgrade-insecure-requests': '1', 'x-requested-with': 'XMLHttpRequest' }, false],
	['curl', { accept: '*/*' }, false],
	['a fetch', { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors', accept: 'text/html' }, false],
])('what a document is: %s (C1.1)', async (_, headers, document) => {
	const { asked } = await twoVersions();
	// Only what is no document goes by the cookie.
	expect((await asked('/x', { ...headers, ...OLD_COOKIE })).seen.name).toBe(document ? 'new' : 'old');
});

test('the app sees nothing of a pin, and every other byte as it was written (C1.3)', async () => {
	const { asked } = await twoVersions();
	const { seen } = await asked('/a%2Fb?x=%20&pulse_deployment=old&y[]=1&&pulse%5Fdeployment=old', {
		'X-Pulse-Deployment': 'old',
		referer: 'http://app.test/w.js?pulse_deployment=old&z=%2f#h',
		...OLD_COOKIE,
	});
	expect(seen.url).toBe('/a%2Fb?x=%20&y[]=1&');
	expect(seen.headers).toMatchObject({ referer: 'http://app.test/w.js?z=%2f#h', cookie: 'a=b; c=d' });
	expect(JSON.stringify(seen.headers)).not.toMatch(/pulse.deployment|pulse_page/i);
	const lonely = await asked('/x?pulse_deployment=old', { cookie: 'pulse_page=old' });
	expect(lonely.seen.url).toBe('/x');
	expect(lonely.seen.headers.cookie).toBeUndefined();
});

test.each([
	['the query', '/x?pulse_deployment=gone', PART],
	['the header', '/x', { 'x-pulse-deployment': 'gone' }],
	['a worker', '/x', { referer: 'http://app.test/w.js?pulse_deployment=gone' }],
])('a version that is gone is never another one: pinned by %s (C1.2)', async (_, path, headers) => {
	const { asked } = await twoVersions();
	const { status, headers: answered, body } = await asked(path, headers);
	expect([status, answered['x-pulse-stale-affinity'], body]).toEqual([410, '1', '{"detail":"stale affinity"}']);
	expect(answered['cache-control']).toBe('no-store');
});

test('one that is about to lose its service is gone; a document that names it goes to the newest (C1.2)', async () => {
	const { asked, table } = await twoVersions();
	table.retire('old');
	expect((await asked('/x?pulse_deployment=old', PART)).status).toBe(410);
	const document = await asked('/x?a=1&pulse_deployment=old', DOCUMENT);
	expect([document.status, document.headers.location]).toEqual([302, '/x?a=1']);
	expect((await asked('/x', { ...PART, ...OLD_COOKIE })).seen.name).toBe('new');
	const posted = await asked('/x?pulse_deployment=old', DOCUMENT, 'POST');
	expect([posted.status, posted.headers['content-type']]).toEqual([410, 'text/html; charset=utf-8']);
	expect(posted.body).toContain('410 - stale affinity');
});

test('no page of another origin leads a tab to a version (C1.2)', async () => {
	const { asked } = await twoVersions();
	for (const site of ['cross-site', 'same-site']) {
		const led = await asked('/x?pulse_deployment=old&a=1', { ...DOCUMENT, 'sec-fetch-site': site });
		expect([led.status, led.headers.location]).toEqual([302, '/x?a=1']);
		const posted = await asked('/x?pulse_deployment=old', { ...DOCUMENT, 'sec-fetch-site': site }, 'POST');
		expect(posted.seen.name).toBe('new');
	}
	const own = await asked('/x?pulse_deployment=old', { ...DOCUMENT, 'sec-fetch-site': 'same-origin' });
	expect(own.seen.name).toBe('old');
});

test('a browser of affinity "session" keeps its version, documents too (C1.17)', async () => {
	const { asked, table } = await twoVersions('session');
	expect((await asked('/x', { ...DOCUMENT, ...OLD_COOKIE })).seen.name).toBe('old');
	expect((await asked('/x', DOCUMENT)).seen.name).toBe('new');
	const set = (await asked('/x', { ...DOCUMENT, ...OLD_COOKIE })).headers['set-cookie'];
	expect(set).toEqual(['pulse_page=old; Path=/; SameSite=Lax; Max-Age=1800']);
	table.retire('old');
	expect((await asked('/x', { ...DOCUMENT, ...OLD_COOKIE })).seen.name).toBe('new');
});

test('of a version that is to be left a session gets no new page; the page that it has goes on (C1.17)', async () => {
	const { asked, table } = await twoVersions('session');
	table.leaveBy('old', Date.now() + 60_000);
	expect((await asked('/x', { ...DOCUMENT, ...OLD_COOKIE })).seen.name).toBe('new');
	expect((await asked('/x', { ...PART, ...OLD_COOKIE })).seen.name).toBe('old');
	expect((await asked('/x', { ...DOCUMENT, ...OLD_COOKIE }, 'POST')).seen.name).toBe('old');
	expect((await asked('/x?pulse_deployment=old', { ...DOCUMENT, 'sec-fetch-site': 'same-origin' })).seen.name).toBe(
		'old',
	);
	table.leaveBy('old', null);
	expect((await asked('/x', { ...DOCUMENT, ...OLD_COOKIE })).seen.name).toBe('old');
});

test('where a load balancer leads a session to a version that is to be left, it is sent on without its cookie (C1.17)', async () => {
	const { asked, table } = await twoVersions('session');
	// As in a task on AWS, which knows its own version alone.
	table.leaveBy('new', Date.now() + 60_000);
	const led = await asked('/x?a=1', { ...DOCUMENT, cookie: 'pulse_page=new' });
	expect([led.status, led.headers.location]).toEqual([302, '/x?a=1']);
	expect(led.headers['set-cookie']).toEqual(['pulse_page=; Path=/; SameSite=Lax; Max-Age=0']);
	expect((await asked('/x?a=1', DOCUMENT)).seen.name).toBe('new');
	expect((await asked('/x', { ...PART, cookie: 'pulse_page=new' })).seen.name).toBe('new');
});

test('documents are not fetched before somebody wants them, parts are (C1.11)', async () => {
	const { asked } = await twoVersions();
	const early = { 'sec-purpose': 'prefetch;prerender' };
	expect((await asked('/x', { ...DOCUMENT, ...early })).status).toBe(503);
	expect((await asked('/x', { ...PART, ...early })).status).toBe(200);
});

test('a frame in a page of another site is led to an address that its own requests carry on (C1.13)', async () => {
	const { asked } = await twoVersions();
	const frame = { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'cross-site' };
	const led = await asked('/x?a=1', frame);
	expect([led.status, led.headers.location]).toEqual([307, '/x?a=1&pulse_deployment=new']);
	expect((await asked('/x?a=1&pulse_deployment=old', frame)).seen.name).toBe('old');
	expect((await asked('/x', { ...frame, ...OLD_COOKIE })).seen.name).toBe('old');
});

test('a referrer that goes on for ever costs no more than its length (C1.2)', async () => {
	const { asked } = await twoVersions();
	const referer = `http://${'a'.repeat(60_000)}pulse_deployment`;
	// Quadratic, each of them took four seconds. The app's own server refuses such a head.
	for (let i = 0; i < 10; i++) expect((await asked('/x', { ...PART, referer })).status).toBe(431);
});

/** A Pulse app is the newest version, a container app drains beside it. */
async function twoKinds(affinity: 'tab' | 'session') {
	const old = await startNamedBackend('old');
	const { port, table, network } = await startEdge({ deployments: { old }, container: { ...TAB, affinity } });
	network.services.set('pulse', { host: '127.0.0.1', port: await startNamedBackend('pulse') });
	table.container = undefined;
	table.promote('pulse');
	return {
		port,
		table,
		asked: async (headers: Record<string, string>, method = 'GET', path = '/x') =>
			ask(port, path, { headers, method }).then(({ status, headers }) => [
				status,
				headers['x-pulse-selected-deployment'],
			]),
	};
}

test.each([
	['a part by cookie', 'tab', { ...PART, ...OLD_COOKIE }, 'GET', 'old'],
	['a worker by its referrer', 'tab', IN_OLD_WORKER, 'GET', 'old'],
	['a form by cookie', 'tab', { ...DOCUMENT, ...OLD_COOKIE }, 'POST', 'old'],
	['a document not by cookie', 'tab', { ...DOCUMENT, ...OLD_COOKIE }, 'GET', 'pulse'],
	['a document by cookie where browsers stay', 'session', { ...DOCUMENT, ...OLD_COOKIE }, 'GET', 'old'],
	['what says nothing', 'session', PART, 'GET', 'pulse'],
] as const)(
	'pages of a container app stay with it beside a newer Pulse app: %s (C1.2)',
	async (_, affinity, headers, method, by) => {
		const { asked } = await twoKinds(affinity);
		expect(await asked(headers, method)).toEqual([200, by]);
	},
);

test('a page of a Pulse app ends the cookie of the container app that was before it, which would be asked for its parts (C1.6)', async () => {
	const { port, table } = await twoKinds('tab');
	const set = async (headers: Record<string, string>, path = '/x') =>
		(await ask(port, path, { headers })).headers['set-cookie'];
	const ended = ['pulse_page=; Path=/; SameSite=Lax; Max-Age=0'];
	expect(await set({ ...DOCUMENT, ...OLD_COOKIE })).toEqual(ended);
	expect(await set({ ...DOCUMENT, cookie: 'pulse_page=gone' })).toEqual(ended);
	expect(await set({ ...DOCUMENT, cookie: 'pulse_page=old; pulse_page=other' })).toEqual(ended);
	expect(await set({ accept: 'text/html', 'upgrade-insecure-requests': '1', ...OLD_COOKIE })).toEqual(ended);
	for (const headers of [
		DOCUMENT,
		{ ...DOCUMENT, cookie: 'my_pulse_page=old' },
		{ ...DOCUMENT, 'sec-fetch-dest': 'iframe', cookie: 'pulse_page=gone' },
		{ ...DOCUMENT, 'sec-purpose': 'prefetch', ...OLD_COOKIE },
		{ ...PART, cookie: 'pulse_page=gone' },
	])
		expect(await set(headers)).toBeUndefined();
	// One of the other app does not.
	expect(await set({ ...DOCUMENT, ...OLD_COOKIE }, '/x?pulse_deployment=old')).toBeUndefined();
	table.retire('old');
	expect(await set({ ...DOCUMENT, ...OLD_COOKIE })).toEqual(ended);
});

test('a tab of a container app hears that its version is gone from a stack that has Pulse apps alone by now (C1.14)', async () => {
	const { table, asked } = await twoKinds('tab');
	table.retire('old');
	const [status] = await asked(
		{ origin: 'http://app.test' },
		'POST',
		'/_pulse/edge/tab?pulse_deployment=old&tab=abcdefgh',
	);
	// With the marker; the tab script takes either.
	expect([409, 410]).toContain(status);
});
