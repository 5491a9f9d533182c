import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ask, DOCUMENT } from '../testing/ask.ts';
import { startEdge } from '../testing/edge.ts';
import { exchange, get, startNamedBackend } from '../testing/sockets.ts';
import { networkOf } from './client-network.ts';
import { Presence } from './presence.ts';

async function edge() {
	const started = await startEdge({
		deployments: { one: await startNamedBackend('one') },
		container: { affinity: 'tab', healthPath: '/' },
	});
	const report = (query: string, headers: Record<string, string> = {}, method = 'POST') =>
		ask(started.port, `/_pulse/edge/tab?${query}`, { method, headers: { origin: 'http://app.test', ...headers } });
	const counts = () => Object.fromEntries(started.edge.context.presence.counts());
	return { ...started, report, counts };
}

const TAB = 'pulse_deployment=one&tab=abcdefgh';

test('tabs are counted by version and state, and leave (C1.15)', async () => {
	const { report, counts } = await edge();
	expect((await report(`${TAB}1&state=visible`)).status).toBe(204);
	await report(`${TAB}2&state=busy`);
	await report(`${TAB}1&state=hidden`);
	expect(counts()).toEqual({ one: { visible: 0, hidden: 1, busy: 1 } });
	await report(`${TAB}2&state=gone`);
	expect(counts()).toEqual({ one: { visible: 0, hidden: 1, busy: 0 } });
});

test('a tab hears within how many seconds it is to move, and that it may stay after all (C1.15)', async () => {
	const { report, table } = await edge();
	table.register('two');
	table.promote('two');
	const within = async () => (await report(`${TAB}&state=visible`)).headers['x-pulse-reload-within'];
	expect(await within()).toBeUndefined();
	table.leaveBy('one', Date.now() + 60_000);
	expect(Number(await within())).toBeGreaterThan(50);
	table.leaveBy('one', Date.now() - 60_000);
	expect(await within()).toBe('0');
	table.leaveBy('one', null);
	expect(await within()).toBeUndefined();
});

test.each([
	['another origin', { origin: 'http://evil.test' }],
	['a sandbox', { origin: 'null' }],
	['nobody', { origin: '' }],
	['another site, by its browser', { 'sec-fetch-site': 'cross-site' }],
	['a sibling', { 'sec-fetch-site': 'same-site' }],
])('a page of %s counts nothing (C1.15)', async (_, headers) => {
	const { report, counts } = await edge();
	const { status, headers: answered } = await report(`${TAB}&state=visible`, headers);
	expect([status, answered['access-control-allow-origin']]).toEqual([403, undefined]);
	expect(counts()).toEqual({});
});

test('what is no report is refused, and nobody is told who is there (C1.15) (C1.18)', async () => {
	const { report, counts, port } = await edge();
	for (const query of [
		`${TAB}&state=x`,
		'pulse_deployment=one&tab=%3Cx%3E&state=visible',
		'pulse_deployment=one&state=visible',
	])
		expect((await report(query)).status).toBe(400);
	expect((await report(`${TAB}&state=visible`, {}, 'GET')).status).toBe(405);
	expect((await ask(port, '/_pulse/edge/')).status).toBe(404);
	expect((await ask(port, '/_pulse/edge/counts')).status).toBe(404);
	expect(counts()).toEqual({});
});

test('a tab of a version that is gone hears it (C1.14)', async () => {
	const { report, table } = await edge();
	table.register('two');
	table.promote('two');
	table.retire('one');
	const { status, headers } = await report(`${TAB}&state=visible`);
	expect([status, headers['x-pulse-stale-affinity']]).toEqual([410, '1']);
});

test('a flood from one address, one network or many takes bounded memory and costs no other version its tabs (C1.15)', () => {
	let at = 0;
	const presence = new Presence({ now: () => at, hiddenMs: 900_000 });
	const visible = (version: string) => presence.counts().get(version)?.visible ?? 0;
	for (let i = 0; i < 5_000; i++) presence.report('one', `tab-${i}`, 'visible', '203.0.113.1');
	expect(visible('one')).toBe(1_001);
	for (let i = 0; i < 5_000; i++) presence.report('one', `tab-${i}`, 'visible', `2001:db8::${i.toString(16)}`);
	expect(visible('one')).toBe(2_001);
	presence.report('two', 'tab-1', 'visible', '203.0.113.2');
	for (let i = 0; i < 60_000; i++) presence.report('one', 'tab', 'visible', `2001:db8:1:${i.toString(16)}::1`);
	expect([visible('one'), visible('two')]).toEqual([50_000, 1]);
	presence.report('three', 'tab-1', 'visible', '203.0.113.3');
	expect(visible('three')).toBe(1);
	at = 100_000;
	presence.sweep();
	expect(presence.counts().size).toBe(0);
});

test.each([
	['203.0.113.7', '203.0.113.7'],
	['::ffff:203.0.113.7', '203.0.113.7'],
	['2001:db8::1', '2001:db8:0:0::/64'],
	['2001:DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
	['2001:0db8:00a0:1::', '2001:db8:a0:1::/64'],
	['fe80::1%eth0', 'fe80:0:0:0::/64'],
	['::1', '0:0:0:0::/64'],
	['203.0.113.1:50123', '203.0.113.1'],
	['[2001:db8:1:2::3]:50123', '2001:db8:1:2::/64'],
])('%s is of %s (C1.15)', (address, network) => {
	expect(networkOf(address)).toBe(network);
});

test('what holds a version: tabs seen lately, hidden ones for a while and no longer, however often they speak (C1.15)', () => {
	let at = 0;
	const presence = new Presence({ now: () => at, hiddenMs: 900_000 });
	const held = () => {
		presence.sweep();
		return presence.counts().get('one') ?? { visible: 0, hidden: 0, busy: 0 };
	};
	presence.report('one', 'a', 'visible', 'x');
	presence.report('one', 'b', 'hidden', 'x');
	at = 90_000;
	expect(held()).toEqual({ visible: 1, hidden: 1, busy: 0 });
	at = 100_000;
	expect(held()).toEqual({ visible: 0, hidden: 1, busy: 0 });
	for (; at < 900_000; at += 60_000) presence.report('one', 'b', 'hidden', 'x');
	at = 899_000;
	expect(held().hidden).toBe(1);
	at = 901_000;
	presence.report('one', 'b', 'hidden', 'x');
	expect(held().hidden).toBe(0);
	presence.report('one', 'b', 'visible', 'x');
	expect(held().visible).toBe(1);
});

test('the script is small, never changes under its name, and comes from the edge (C1.5)', async () => {
	const { port } = await edge();
	const text = readFileSync(new URL('../../dist/tab-script.js', import.meta.url), 'utf8');
	expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(3_072);
	const { headers } = await ask(port, '/', { headers: DOCUMENT });
	expect(headers['x-pulse-selected-deployment']).toBe('one');
	const found = /\/_pulse\/edge\/tab\.[0-9a-f]{16}\.js/;
	const other = await ask(port, '/_pulse/edge/tab.0000000000000000.js');
	expect([other.status, other.headers['cache-control']]).toEqual([200, 'no-store']);
	const { tabScript } = await import('./tab-script.ts');
	expect(tabScript().path).toMatch(found);
	const plain = await ask(port, tabScript().path);
	expect(plain.body).toBe(text);
	expect(plain.headers).toMatchObject({
		'content-type': 'text/javascript; charset=utf-8',
		'cache-control': 'public, max-age=31536000, immutable',
	});
	const raw = await exchange(port, get(tabScript().path, ['Accept-Encoding: gzip']));
	const [head = '', body = ''] = raw.split(/\r\n\r\n(.*)/s);
	expect(head).toContain('content-encoding: gzip');
	expect(gunzipSync(Buffer.from(body, 'latin1')).toString()).toBe(text);
});

test('an app that is no container app keeps these paths (C1.18)', async () => {
	const { port } = await startEdge({ deployments: { one: await startNamedBackend('one') } });
	expect(JSON.parse((await ask(port, '/_pulse/edge/tab')).body).url).toBe('/_pulse/edge/tab');
});
