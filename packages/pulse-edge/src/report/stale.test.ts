import { describe, expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { exchange, get, startBackend, startNamedBackend } from '../testing/sockets.ts';

const router = async () => startEdge({ deployments: { v2: await startNamedBackend('v2') } });
const STALE = '/app?pulse_deployment=v1';

describe('a request for a deployment that is gone', () => {
	it('is answered 409 with the marker, before a backend is asked (R2.4)', async () => {
		const { port } = await router();
		const answer = await exchange(port, get(STALE));
		expect(answer).toMatch(
			/^HTTP\/1\.1 409 Conflict\r\nx-pulse-stale-affinity: 1\r\ncontent-type: application\/json\r\n/,
		);
		expect(answer).toMatch(/\{"detail":"stale affinity"\}$/);
		expect(answer).not.toContain('access-control');
	});

	it('can be read by a page of another origin (R2.4)', async () => {
		const { port } = await router();
		const answer = await exchange(port, get(STALE, ['Origin: https://app.test']));
		expect(answer).toMatch(
			/access-control-allow-origin: https:\/\/app\.test\r\naccess-control-allow-credentials: true\r\n/,
		);
		expect(answer).toMatch(/access-control-expose-headers: x-pulse-stale-affinity\r\nvary: Origin\r\n/);
	});

	it('answers a preflight 204 and a plain OPTIONS 409 (R2.5)', async () => {
		const { port } = await router();
		const preflight = [
			'Origin: https://app.test',
			'Access-Control-Request-Method: PUT',
			'Access-Control-Request-Headers: x-a',
		];
		const answer = await exchange(port, get(STALE, preflight, 'OPTIONS'));
		expect(answer).toMatch(
			/^HTTP\/1\.1 204 .*x-pulse-stale-affinity: 1\r\n.*access-control-allow-methods: PUT\r\naccess-control-allow-headers: x-a\r\n/s,
		);
		expect(await exchange(port, get(STALE, [], 'OPTIONS'))).toMatch(/^HTTP\/1\.1 409 /);
	});

	it('sends a client loader to its location, and nowhere else (R2.6)', async () => {
		const { port } = await router();
		const loader = (location: string, more: string[] = []) =>
			exchange(
				port,
				get(STALE, [
					'X-Pulse-Client-Loader: 1',
					`X-Pulse-Client-Loader-Location: ${location}`,
					'Origin: https://app.test',
					...more,
				]),
			);
		const answer = await loader('/page?x=1');
		expect(answer).toMatch(
			/^HTTP\/1\.1 302 Found\r\nx-pulse-stale-affinity: 1\r\n.*access-control-allow-origin: https:\/\/app\.test\r\n.*location: \/page\?x=1\r\n.*content-length: 0\r\n/s,
		);
		expect(await loader('https://app.test/page')).toMatch(/^HTTP\/1\.1 302 /);
		// A client that sends the address can also send a header for its host.
		expect(await loader('https://evil.test/page', ['X-Forwarded-Host: evil.test'])).toMatch(/^HTTP\/1\.1 409 /);
		expect(await loader('http://app.test/page', ['X-Forwarded-Proto: https'])).toMatch(/^HTTP\/1\.1 409 /);
		for (const away of [
			'//evil.test',
			'/\\evil.test',
			'https://evil.test/',
			'https://app.test@evil.test/',
			'javascript:alert(1)',
			'/\tx',
			'page',
		]) {
			expect(await loader(away), away).toMatch(/^HTTP\/1\.1 409 /);
		}
	});

	it('is not found when nothing is active, and no affinity is 503 then (R2.7)', async () => {
		const { port } = await startEdge({ active: null });
		expect(await exchange(port, get(STALE))).toMatch(/^HTTP\/1\.1 404 .*\{"detail":"deployment not found"\}$/s);
		expect(await exchange(port, get('/'))).toMatch(
			/^HTTP\/1\.1 503 .*retry-after: \d+\r\n.*\{"detail":"no active deployment"\}$/s,
		);
	});

	it('is stale for a malformed id, and never an error', async () => {
		const { port } = await router();
		for (const id of ['%00', '..%2f..', 'A', 'x'.repeat(5_000), '%zz', '*', '%7B%7D']) {
			expect(await exchange(port, get(`/?pulse_deployment=${id}`))).toMatch(/^HTTP\/1\.1 409 /);
		}
	});
});

it('a form of an old tab reaches the deployment that rendered it (R2.8)', async () => {
	const forms: string[] = [];
	const v1 = await startBackend((request, response) => {
		forms.push(`${request.method} ${request.url}`);
		request.resume().once('end', () => response.writeHead(204).end());
	});
	const { port, table } = await startEdge({ deployments: { v1, v2: await startNamedBackend('v2') } });
	table.promote('v2');
	const target = '/_pulse/forms/r1/f1?foo=1&pulse_deployment=v1';
	expect(await exchange(port, get(target, ['Content-Length: 0'], 'POST'))).toMatch(/^HTTP\/1\.1 204 /);
	expect(forms).toEqual([`POST ${target}`]);
});

it('tabs stay where they are: by query, else by header, while new ones get the active deployment (R2.1, R2.8)', async () => {
	const { port, table } = await startEdge({
		deployments: { v1: await startNamedBackend('v1'), v2: await startNamedBackend('v2') },
	});
	const served = async (target: string, headers: string[] = []) =>
		/"name":"(\w+)"/.exec(await exchange(port, get(target, headers)))?.[1];
	expect(await served('/')).toBe('v1');
	expect(await served('/?pulse_deployment=v2')).toBe('v2');
	table.promote('v2');
	expect(await served('/')).toBe('v2');
	expect(await served('/?pulse_deployment=v1')).toBe('v1');
	expect(await served('/', ['X-Pulse-Deployment: v1'])).toBe('v1');
	expect(await served('/?pulse_deployment=v2', ['X-Pulse-Deployment: v1'])).toBe('v2');
	table.retire('v1');
	expect(await exchange(port, get('/?pulse_deployment=v1'))).toMatch(/^HTTP\/1\.1 409 /);
	expect(await exchange(port, get('/', ['X-Pulse-Deployment: v1'], 'POST'))).toMatch(/^HTTP\/1\.1 409 /);
});
