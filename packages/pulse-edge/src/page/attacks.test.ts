import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { readRequestHead } from '../entry/request-head.ts';
import { ask, DOCUMENT } from '../testing/ask.ts';
import { startEdge } from '../testing/edge.ts';
import { exchange, get, startBackend, startNamedBackend } from '../testing/sockets.ts';
import { takePageCookie } from './cookie.ts';
import { admit } from './csp.ts';

const TAB = { affinity: 'tab', healthPath: '/' } as const;
const PART = { 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' };

async function twoVersions(affinity: 'tab' | 'session' = 'tab') {
	const deployments = { old: await startNamedBackend('old'), new: await startNamedBackend('new') };
	const edge = await startEdge({ deployments, container: { ...TAB, affinity } });
	edge.table.promote('new');
	const by = async (path: string, headers: Record<string, string | string[]>, method = 'GET') => {
		const { status, headers: answered } = await ask(edge.port, path, { headers, method });
		return answered['x-pulse-selected-deployment'] ?? [status, answered.location];
	};
	return { ...edge, by };
}

async function app(listener: RequestListener) {
	const { port } = await startEdge({ deployments: { one: await startBackend(listener) }, container: TAB });
	return (path: string, headers: Record<string, string> = {}) => ask(port, path, { headers });
}

test.each(['tab', 'session'] as const)(
	'a sibling domain that sets a cookie of the name moves no tab (affinity %s) (C1.2)',
	async (affinity) => {
		const { by } = await twoVersions(affinity);
		// Browsers send the one with the longer path first, and of two paths alike the older one.
		for (const cookie of ['pulse_page=old; pulse_page=new', 'pulse_page=new; a=b; pulse_page=old'])
			for (const headers of [PART, DOCUMENT]) expect(await by('/x', { ...headers, cookie })).toBe('new');
		expect(await by('/x', { ...PART, cookie: ['pulse_page=old', 'pulse_page=new'] })).toBe('new');
	},
);

test.each([
	['its Sec-Fetch-Site', { 'sec-fetch-site': 'cross-site' }, 'GET', [302, '/x']],
	['its Referer, over plain http', { referer: 'http://evil.test/x' }, 'GET', [302, '/x']],
	['its Referer, that looks like this one', { referer: 'http://app.test.evil.test/' }, 'GET', [302, '/x']],
	['its Referer, that has this one in it', { referer: 'http://app.test@evil.test/' }, 'GET', [302, '/x']],
	['its Origin, over plain http', { origin: 'http://evil.test' }, 'POST', 'new'],
	['its Referer, where the Origin is hidden', { origin: 'null', referer: 'http://evil.test/' }, 'POST', 'new'],
] as const)('a link of another site pins nothing: known by %s (C1.2)', async (_, headers, method, expected) => {
	const { by } = await twoVersions();
	const plain = { accept: 'text/html', 'upgrade-insecure-requests': '1' };
	const document = 'sec-fetch-site' in headers ? DOCUMENT : plain;
	expect(await by('/x?pulse_deployment=old', { ...document, ...headers }, method)).toEqual(expected);
	const own = { ...plain, referer: 'http://app.test/form', origin: 'http://app.test' };
	expect(await by('/x?pulse_deployment=old', own, method)).toBe('old');
});

test.each(['//evil.test/', '/\\evil.test/', '///evil.test/', '/\\/evil.test'])(
	'no redirect of the edge leads from %s to another site (C1.2) (C1.13)',
	async (path) => {
		const { port } = await twoVersions();
		for (const [query, headers] of [
			['?pulse_deployment=old', ['Sec-Fetch-Dest: document', 'Sec-Fetch-Site: cross-site']],
			['?pulse_deployment=gone', ['Sec-Fetch-Dest: document', 'Sec-Fetch-Site: same-origin']],
			['?a=1', ['Sec-Fetch-Dest: iframe', 'Sec-Fetch-Site: cross-site']],
		] as const) {
			const answer = await exchange(port, get(path + query, headers));
			const location = /\r\nlocation: (\S*)\r\n/i.exec(answer)?.[1];
			if (location === undefined) expect(answer).toMatch(/^HTTP\/1\.1 4/);
			else expect(new URL(location, 'http://app.test/').host).toBe('app.test');
		}
	},
);

test('what a request says of itself gets into no tag, policy or cookie (C1.6) (C1.7) (C1.8)', async () => {
	const ask = await app((_, response) => {
		response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': "script-src 'none'" });
		response.end('<head>');
	});
	const odd = `"><script>x</script>`;
	const { body, headers } = await ask(`/x?pulse_deployment=one&a=${encodeURIComponent(odd)}`, {
		...DOCUMENT,
		cookie: `pulse_page=${odd}; pulse_page=one"x`,
		referer: `http://app.test/?pulse_deployment=${odd}`,
		'x-deployment-id': odd,
		'x-forwarded-host': `evil.test;${odd}`,
	});
	expect(body).toMatch(/^<head><script src="\/_pulse\/edge\/tab\.\w+\.js" data-pulse="one"><\/script>$/);
	expect(headers['set-cookie']).toEqual(['pulse_page=one; Path=/; SameSite=Lax']);
	expect(headers['content-security-policy']).not.toContain('x</script>');
});

test('a nonce of a policy that is only reported about opens none that holds (C1.8)', async () => {
	const answer = await app((_, response) => {
		response.setHeader('content-type', 'text/html');
		response.setHeader('content-security-policy-report-only', "script-src 'nonce-static'");
		response.setHeader('content-security-policy', "script-src 'strict-dynamic' 'sha256-x'");
		response.end('<head>');
	});
	const { body, headers } = await answer('/', DOCUMENT);
	expect(headers['content-security-policy']).not.toContain('static');
	const nonce = / nonce="([^"]+)"/.exec(body)?.[1];
	expect(headers['content-security-policy']).toBe(`script-src 'strict-dynamic' 'sha256-x' 'nonce-${nonce}'`);
	const attacks = [`script-src 'nonce-"onload=x'`, `script-src 'nonce-a b'`, `script-src 'nonce-'`];
	for (const policy of attacks)
		expect(admit([policy], { script: 's', reports: 'r', nonce: () => 'made' }).nonce).toBe('');
});

test('no cache shows the answer to a script, which lacks the pin, in place of a document (C1.9)', async () => {
	const answer = await app((request, response) => {
		response.writeHead(200, {
			'content-type': request.url === '/page' ? 'text/html; charset=utf-8' : 'text/css',
			'cache-control': 'public, max-age=60',
		});
		response.end('x');
	});
	const fetched = { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' };
	expect((await answer('/page', fetched)).headers.vary).toBe('Cookie, Sec-Fetch-Dest');
	expect((await answer('/page?pulse_deployment=one', fetched)).headers.vary).toBe('Sec-Fetch-Dest');
	expect((await answer('/style', fetched)).headers.vary).toBe('Cookie');
});

test('a thousand pins of every kind are none, and thousands of cookies cost no more than their length (C1.2)', async () => {
	const { by, port } = await twoVersions();
	const query = Array.from({ length: 300 }, (_, i) => `pulse_deployment=${i % 2 ? 'old' : 'new'}`).join('&');
	// The last of repeated keys counts, as ever.
	expect(await by(`/x?${query}`, PART)).toBe('old');
	const lines = Array.from({ length: 400 }, (_, i) => `Cookie: pulse_page=${i}`);
	expect(await exchange(port, get('/x', lines))).toContain('x-pulse-selected-deployment: new');
	const raw = Array.from({ length: 16_000 }, (_, i) => ['Cookie', `a=${i}; pulse_page=x`]).flat();
	const given = Array.from({ length: 16_000 }, (_, i) => `Cookie: a=${i}; pulse_page=x\r\n`).join('');
	const cookie = 'a=1; pulse_page=x; '.repeat(16_000);
	// Quadratic, these took minutes.
	for (let i = 0; i < 5; i++) {
		expect(readRequestHead(raw, true).page!.lines).toBe(given.replaceAll('; pulse_page=x', ''));
		expect(takePageCookie({ pageCookie: '', cookiesDiffer: false }, cookie)).toBe('a=1; '.repeat(16_000).trim());
	}
});
