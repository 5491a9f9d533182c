import { describe, expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { exchange, freePort, get, startLenientBackend, startNamedBackend } from '../testing/sockets.ts';

const ACCEPT = 'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const NAVIGATION = [ACCEPT, 'Sec-Fetch-Dest: document', 'Sec-Fetch-Mode: navigate', 'Upgrade-Insecure-Requests: 1'];
const router = async () => startEdge({ deployments: { v2: await startNamedBackend('v2') } });
const locationOf = (answer: string) => /^location: (.*)\r$/im.exec(answer)?.[1];

describe('a document of a deployment that is gone (decision 27)', () => {
	it.each([
		['/app?pulse_deployment=v1', '/app'],
		['/app?a=%41+b&pulse_deployment=v1&&c=%zz', '/app?a=%41+b&&c=%zz'],
		['/app?pulse%5fdeployment=v0&x=1&pulse_deployment=v1', '/app?x=1'],
		['//evil.test/x?pulse_deployment=v1', '/.//evil.test/x'],
		['/\\evil.test?pulse_deployment=v1', '/./\\evil.test'],
		['http://app.test//evil.test?pulse_deployment=v1', '/.//evil.test'],
	])('%s is found at %s', async (target, location) => {
		const { port } = await router();
		for (const method of ['GET', 'HEAD']) {
			const answer = await exchange(port, get(target, NAVIGATION, method));
			expect(answer).toMatch(
				/^HTTP\/1\.1 302 Found\r\nx-pulse-stale-affinity: 1\r\n.*cache-control: no-store\r\ncontent-length: 0\r\n/s,
			);
			expect(locationOf(answer)).toBe(location);
		}
	});

	it('leads to the active deployment, and never round in circles', async () => {
		const { port } = await router();
		const first = await exchange(port, get('/app?pulse_deployment=v1&x=1', NAVIGATION));
		expect(await exchange(port, get(locationOf(first)!, NAVIGATION))).toMatch(/"name":"v2","url":"\/app\?x=1"/);
		// A pin in the header would come again with the redirect.
		const pinned = await exchange(port, get('/app', [...NAVIGATION, 'X-Pulse-Deployment: v1']));
		expect(pinned).toMatch(/^HTTP\/1\.1 409 .*<h1>This page has a newer version<\/h1>/s);
	});

	it.each([
		['a fetch', get('/?pulse_deployment=v1', ['Accept: */*', 'Sec-Fetch-Dest: empty', 'Sec-Fetch-Mode: cors'])],
		['a script', get('/?pulse_deployment=v1', ['Accept: */*', 'Sec-Fetch-Dest: script', 'Sec-Fetch-Mode: no-cors'])],
		['curl', get('/?pulse_deployment=v1', ['Accept: */*'])],
		['a program that says nothing', get('/?pulse_deployment=v1')],
		['an OPTIONS', get('/?pulse_deployment=v1', NAVIGATION.slice(1), 'OPTIONS')],
		['a prefetch', get('/?pulse_deployment=v1', ['Sec-Purpose: prefetch', ...NAVIGATION.slice(1)])],
	])('%s gets the stale answer as before (R2.4)', async (_, bytes) => {
		const { port } = await router();
		expect(await exchange(port, bytes)).toMatch(
			/^HTTP\/1\.1 409 Conflict\r\nx-pulse-stale-affinity: 1\r\ncontent-type: application\/json\r\n.*\{"detail":"stale affinity"\}$/s,
		);
	});

	it('a client loader goes where it says, from a document too (R2.6)', async () => {
		const { port } = await router();
		const loader = ['X-Pulse-Client-Loader: 1', 'X-Pulse-Client-Loader-Location: /there'];
		expect(locationOf(await exchange(port, get('/?pulse_deployment=v1', [...NAVIGATION, ...loader])))).toBe('/there');
	});

	it('a form without script is not sent again by itself: its sender gets a page, and the marker', async () => {
		const { port } = await router();
		const answer = await exchange(port, get('/pay?a="<b>&pulse_deployment=v1', NAVIGATION, 'POST'));
		expect(answer).toMatch(/^HTTP\/1\.1 409 Conflict\r\nx-pulse-stale-affinity: 1\r\n/);
		expect(answer).toMatch(/what you sent was not received/);
		expect(answer).toContain('<a href="/pay?a=&#34;&#60;b&#62;">Open the newest version</a>');
	});

	it('a frame shows a page in place of the old one, and is not led into another version', async () => {
		const { port } = await router();
		const frame = [ACCEPT, 'Sec-Fetch-Dest: iframe', 'Sec-Fetch-Mode: navigate'];
		expect(await exchange(port, get('/?pulse_deployment=v1', frame))).toMatch(/^HTTP\/1\.1 409 .*<h1>/s);
	});

	it('a control character in the address is no way out', async () => {
		const { port } = await router();
		for (const target of ['/\t/evil.test?pulse_deployment=v1', '/\x7f?pulse_deployment=v1'])
			expect(locationOf(await exchange(port, get(target, NAVIGATION))), target).toBeUndefined();
	});
});

describe("the router's own words are a page for a person, and JSON for everything else", () => {
	it('in every failure that a person can meet', async () => {
		const cut = await startLenientBackend();
		const { port } = await startEdge({ deployments: { down: await freePort(), v1: cut.port } });
		const none = await startEdge({ active: null });
		const failures: [number, number, string, string][] = [
			[none.port, 503, '/', 'no active deployment'],
			[none.port, 404, '/?pulse_deployment=v9', 'deployment not found'],
			[port, 502, '/', 'deployment unreachable'],
			[port, 404, '/_pulse/internal/x', 'not found'],
		];
		for (const [at, status, target, detail] of failures) {
			const page = await exchange(at, get(target, NAVIGATION));
			expect(page).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
			expect(page).toMatch(/content-type: text\/html; charset=utf-8\r\n.*cache-control: no-store\r\n/s);
			expect(page).toMatch(new RegExp(`<h1>[^<]+</h1>.*<small>${status} - ${detail}</small>`, 's'));
			const json = await exchange(at, get(target, ['Accept: */*']));
			expect(json).toMatch(/content-type: application\/json\r\n/);
			expect(JSON.parse(json.split('\r\n\r\n')[1]!)).toEqual({ detail });
			expect((await exchange(at, get(target, NAVIGATION, 'HEAD'))).split('\r\n\r\n')[1]).toBe('');
		}
	});

	it('a page that waits asks again by itself, but never sends a form again', async () => {
		const { port } = await startEdge({ active: null });
		expect(await exchange(port, get('/', NAVIGATION))).toMatch(/retry-after: 5\r\n.*http-equiv="refresh" content="5"/s);
		expect(await exchange(port, get('/', NAVIGATION, 'POST'))).not.toContain('http-equiv');
	});

	it('handshakes stay with JSON', async () => {
		const { port } = await router();
		const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x', 'Sec-WebSocket-Version: 13'];
		expect(await exchange(port, get('/?pulse_deployment=v1', [...upgrade, ACCEPT]))).toMatch(
			/^HTTP\/1\.1 409 .*\{"detail":"stale affinity"\}$/s,
		);
	});
});

it('no address that a client invents leads a browser to another host', async () => {
	const { port } = await router();
	const pieces = ['/', '\\', '.', '..', 'evil.test', '@', ':', '?', '#', '%2f', '%5c', '%09', 'https:', '&', '=', ';'];
	for (let i = 0; i < 400; i++) {
		const path = Array.from({ length: 1 + (i % 5) }, (_, at) => pieces[(i * 7 + at * (i % 11)) % pieces.length]).join(
			'',
		);
		const answer = await exchange(port, get(`/${path}?pulse_deployment=v1`, NAVIGATION));
		const location = locationOf(answer);
		if (location === undefined) continue;
		expect(new URL(location, 'https://app.test/deep/er').host, location).toBe('app.test');
	}
});
