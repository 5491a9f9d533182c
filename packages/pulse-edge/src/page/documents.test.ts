import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { ask, DOCUMENT } from '../testing/ask.ts';
import { startEdge } from '../testing/edge.ts';
import { standsStill } from '../testing/eventually.ts';
import { exchange, get, rawClient, startBackend } from '../testing/sockets.ts';

const CONTAINER = { affinity: 'tab', healthPath: '/' } as const;
const SCRIPT =
	/^<script src="\/_pulse\/edge\/tab\.[0-9a-f]{16}\.js" data-pulse="(\w+)"(?: nonce="([^"]*)")?><\/script>$/;

async function app(listener: RequestListener) {
	const port = await startBackend(listener);
	const edge = await startEdge({ deployments: { one: port }, container: CONTAINER });
	return { ...edge, ask: (path: string, options: Parameters<typeof ask>[2] = {}) => ask(edge.port, path, options) };
}

const page = (html: string, headers: Record<string, string | string[]> = {}): RequestListener => {
	return (_, response) => {
		response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers });
		response.end(html);
	};
};

const tagOf = (body: string) => /<script src="\/_pulse[^>]*><\/script>/.exec(body)?.[0] ?? '';

test('a document gets the script first of all, the cookie, and is kept by no cache (C1.6) (C1.7)', async () => {
	const html = '<!doctype html><html><head><title>x</title></head><body>ä</body></html>';
	const { ask } = await app(
		page(html, {
			etag: '"1"',
			'last-modified': 'x',
			'cache-control': 'max-age=60',
			'content-length': `${Buffer.byteLength(html)}`,
		}),
	);
	const { body, headers } = await ask('/', { headers: DOCUMENT });
	const tag = tagOf(body);
	expect(SCRIPT.exec(tag)?.[1]).toBe('one');
	expect(body).toBe(html.replace('<head>', `<head>${tag}`));
	expect(headers).toMatchObject({
		'cache-control': 'private, no-cache',
		'set-cookie': ['pulse_page=one; Path=/; SameSite=Lax'],
		'x-pulse-selected-deployment': 'one',
	});
	expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
	for (const name of ['etag', 'last-modified']) expect(headers[name]).toBeUndefined();
	expect((await ask('/', { headers: { ...DOCUMENT, 'x-forwarded-proto': 'https' } })).headers['set-cookie']).toEqual([
		'pulse_page=one; Path=/; SameSite=Lax; Secure',
	]);
	const asked = await ask('/', { method: 'HEAD', headers: DOCUMENT });
	expect([asked.body, asked.headers['content-length']]).toEqual(['', undefined]);
});

test('the app is asked for the whole page, and for nothing else differently (C1.7)', async () => {
	let seen: Record<string, unknown> = {};
	const { ask } = await app((request, response) => {
		seen = request.headers;
		response.end();
	});
	const headers = {
		'accept-encoding': 'gzip, br',
		range: 'bytes=0-3',
		'if-none-match': '"one:x"',
		'if-modified-since': 'x',
	};
	await ask('/', { headers: { ...DOCUMENT, ...headers } });
	expect(seen['accept-encoding']).toBe('gzip, br');
	for (const name of ['range', 'if-none-match', 'if-modified-since']) expect(seen[name]).toBeUndefined();
	await ask('/', { headers: { 'accept-encoding': 'gzip, br', range: 'bytes=0-3' } });
	expect(seen).toMatchObject({ 'accept-encoding': 'gzip, br', range: 'bytes=0-3' });
});

test.each([
	['a file to be saved', 200, { 'content-type': 'text/html', 'content-disposition': 'attachment; filename=x.html' }],
	['UTF-16', 200, { 'content-type': 'text/html; charset=UTF-16LE' }],
	['JSON', 200, { 'content-type': 'application/json' }],
	['a redirect', 302, { 'content-type': 'text/html', location: '/y' }],
	['what is encoded all the same', 200, { 'content-type': 'text/html', 'content-encoding': 'x' }],
])('%s stays as it is (C1.7)', async (_, status, headers) => {
	const body = '<!doctype html><head>x';
	const { ask } = await app((_request, response) => {
		response.writeHead(status, headers);
		response.end(body);
	});
	expect((await ask('/', { headers: DOCUMENT })).body).toBe(body);
});

test('a shell that comes before the rest is passed at once, with the script (C1.7)', async () => {
	let finish = () => {};
	const { port } = await app((_request, response) => {
		response.writeHead(200, { 'content-type': 'text/html' });
		response.write('<!doctype html><head><title>shell</title>');
		finish = () => response.end('<p>rest');
	});
	const client = rawClient(port, get('/', ['Sec-Fetch-Dest: document']));
	expect(await client.until('shell</title>')).toContain('<script src="/_pulse/edge/tab.');
	finish();
	await client.until('<p>rest');
});

test('a page of ten megabytes in a thousand pieces takes no memory of its size (C1.7)', async () => {
	const piece = Buffer.alloc(10_240, 'x');
	const { port, edge } = await app(async (_request, response) => {
		response.writeHead(200, { 'content-type': 'text/html' });
		response.write('<!doctype html>');
		for (let i = 0; i < 1_000; i++) {
			if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve));
		}
		response.end();
	});
	const slow = rawClient(port, get('/', ['Sec-Fetch-Dest: document']));
	slow.socket.pause();
	const passed = () => [...edge.context.upstreams.all()][0]?.bytesOut ?? 0;
	await standsStill(passed, 100);
	// What the kernel's and this process's buffers hold of it.
	expect(passed()).toBeLessThan(8_000_000);
	slow.socket.resume();
	expect((await slow.ended()).length).toBeGreaterThan(10_240_000);
});

test('pins stay with what a pinned request is led to, and lead nowhere else (C1.4)', async () => {
	const { ask } = await app((request, response) => {
		response.writeHead(303, { location: decodeURIComponent(request.url!.split('to=')[1]!.split('&')[0]!) });
		response.end();
	});
	const led = async (to: string, pinned = true) => {
		const query = `to=${encodeURIComponent(to)}${pinned ? '&pulse_deployment=one' : ''}`;
		return (await ask(`/x?${query}`, { method: 'POST' })).headers.location;
	};
	expect(await led('/done')).toBe('/done?pulse_deployment=one');
	expect(await led('/done', false)).toBe('/done');
	expect(await led('?a=1#h')).toBe('?a=1&pulse_deployment=one#h');
	expect(await led('http://app.test/done?a')).toBe('http://app.test/done?a&pulse_deployment=one');
	for (const other of [
		'http://evil.test/',
		'//evil.test/',
		'/\\evil.test',
		'http://app.test@evil.test/',
		'mailto:x',
		'#h',
	])
		expect(await led(other)).toBe(other);
	const form = await ask('/x?to=%2Fdone', { method: 'POST', headers: { ...DOCUMENT, cookie: 'pulse_page=one' } });
	expect(form.headers.location).toBe('/done?pulse_deployment=one');
});

test('validators name their version and go back to no other (C1.9)', async () => {
	const seen: Record<string, unknown>[] = [];
	const { ask, table, network } = await app((request, response) => {
		seen.push(request.headers);
		response.writeHead(200, { etag: 'W/"1"', 'content-type': 'text/css' });
		response.end('x');
	});
	expect((await ask('/x')).headers.etag).toBe('W/"one:1"');
	await ask('/x', { headers: { 'if-none-match': '"two:2", W/"one:1", "3"', 'if-modified-since': 'then' } });
	expect(seen.at(-1)).toMatchObject({ 'if-none-match': 'W/"1"', 'if-modified-since': 'then' });
	await ask('/x', { headers: { 'if-none-match': '"two:2"', 'if-modified-since': 'then' } });
	expect(seen.at(-1)!['if-none-match']).toBeUndefined();
	expect(seen.at(-1)!['if-modified-since']).toBeUndefined();
	await ask('/x', { headers: { 'if-match': '"two:2", "one:1"' }, method: 'PUT' });
	expect(seen.at(-1)!['if-match']).toBe('"two:2", "1"');
	await ask('/x', { headers: { 'if-range': '"two:2"', range: 'bytes=0-0' } });
	expect(seen.at(-1)!.range).toBeUndefined();
	await ask('/x', { headers: { 'if-range': '"one:1"', range: 'bytes=0-0' } });
	expect(seen.at(-1)).toMatchObject({ 'if-range': '"1"', range: 'bytes=0-0' });
	expect([table.activeId, network.services.size]).toEqual(['one', 1]);
});

test('what a cookie decided is told to caches, but for what never changes (C1.9)', async () => {
	const { ask } = await app((request, response) => {
		response.writeHead(200, { 'cache-control': request.url === '/i' ? 'max-age=1, immutable' : 'max-age=1' });
		response.end('x');
	});
	expect((await ask('/x')).headers.vary).toBe('Cookie');
	expect((await ask('/x', { headers: { cookie: 'pulse_page=one' } })).headers.vary).toBe('Cookie');
	expect((await ask('/i')).headers.vary).toBeUndefined();
	expect((await ask('/x?pulse_deployment=one')).headers.vary).toBeUndefined();
});

test('so is what a referrer or a header of Next decided, and nothing where the address did (C1.9)', async () => {
	const backend = await startBackend((request, response) => {
		response.writeHead(200, { 'cache-control': request.url === '/i' ? 'max-age=1, immutable' : 'max-age=1' });
		response.end('x');
	});
	const edge = await startEdge({ deployments: { one: backend, two: backend }, container: CONTAINER });
	const vary = async (path: string, headers: Record<string, string>) =>
		(await ask(edge.port, path, { headers })).headers.vary;
	const referer = 'http://app.test/w.js?pulse_deployment=one';
	const next = { 'x-deployment-id': 'one' };
	expect(await vary('/x', { referer })).toBe('Cookie, Referer');
	expect(await vary('/x', next)).toBe('x-deployment-id');
	expect(await vary('/x?dpl=unknown', next)).toBe('x-deployment-id');
	expect(await vary('/x?dpl=two', next)).toBeUndefined();
	expect(await vary('/x?dpl=one', next)).toBeUndefined();
	expect(await vary('/x', { 'x-pulse-deployment': 'one' })).toBe('x-pulse-deployment');
	expect(await vary('/i', { referer })).toBeUndefined();
	expect(await vary('/i', next)).toBeUndefined();
});

test('what is no document passes as through an edge of a Pulse app, but for validators and Vary (C1.9)', async () => {
	const bodies = ['', 'x', '<!doctype html><head>', '\0\x01\xff'.repeat(30_000)];
	const backend = await startBackend((request, response) => {
		const body = Buffer.from(bodies[Number(request.url!.slice(2))]!, 'latin1');
		response.sendDate = false;
		response.setHeader('Set-Cookie', ['a=1', 'b=2']);
		response.setHeader('X-Url', request.url!);
		if (request.url!.startsWith('/c')) response.write(body.subarray(0, body.length >> 1));
		response.end(request.url!.startsWith('/c') ? body.subarray(body.length >> 1) : body);
	});
	const plain = await startEdge({ deployments: { one: backend } });
	const container = await startEdge({ deployments: { one: backend }, container: CONTAINER });
	for (const kind of ['/w', '/c'])
		for (let i = 0; i < bodies.length; i++) {
			const request = get(`${kind}${i}`, ['Accept: */*', 'Cookie: z=1']);
			const expected = await exchange(plain.port, request);
			expect((await exchange(container.port, request)).replace('vary: Cookie\r\n', '')).toBe(expected);
		}
});

test('a chunk of an old page is looked for in the other versions, whichever the cookie names (C1.10)', async () => {
	const has = (name: string) =>
		startBackend((request, response) => {
			response.statusCode = request.url === `/${name}.js` ? 200 : 404;
			response.end(name);
		});
	const edge = await startEdge({ deployments: { old: await has('old'), new: await has('new') }, container: CONTAINER });
	edge.table.promote('new');
	const script = { 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' };
	const got = async (path: string, cookie: string) => {
		const { status, body, headers } = await ask(edge.port, path, { headers: { ...script, cookie } });
		return [status, body, headers['x-pulse-selected-deployment']];
	};
	expect(await got('/old.js', 'pulse_page=new')).toEqual([200, 'old', 'old']);
	expect(await got('/new.js', 'pulse_page=old')).toEqual([200, 'new', 'new']);
	expect(await got('/none.js', 'pulse_page=old')).toEqual([404, 'old', 'old']);
});

test('a document that the newest version lacks is looked for in the version of the tab in use (C1.10)', async () => {
	const has = (name: string) =>
		startBackend((request, response) => {
			response.writeHead(request.url === `/${name}` ? 200 : 404, { 'content-type': 'text/html' });
			response.end(`<head>${name} ${request.headers.cookie ?? ''}`);
		});
	const edge = await startEdge({ deployments: { old: await has('old'), new: await has('new') }, container: CONTAINER });
	edge.table.promote('new');
	const got = async (path: string, cookie = 'pulse_page=old') => {
		const { status, body, headers } = await ask(edge.port, path, { headers: { ...DOCUMENT, cookie } });
		return [status, body.replace(tagOf(body), ''), /data-pulse="(\w+)"/.exec(body)?.[1], headers['set-cookie']?.[0]];
	};
	const set = (id: string) => `pulse_page=${id}; Path=/; SameSite=Lax`;
	expect(await got('/old')).toEqual([200, '<head>old ', 'old', set('old')]);
	expect(await got('/new')).toEqual([200, '<head>new ', 'new', set('new')]);
	expect(await got('/none')).toEqual([404, '<head>new ', 'new', set('new')]);
	expect(await got('/old', '')).toEqual([404, '<head>new ', 'new', set('new')]);
});

test('a page that fails on its way is no page (C1.7)', async () => {
	const { ask } = await app((_request, response) => {
		response.writeHead(200, { 'content-type': 'text/html', 'content-length': '100' });
		response.flushHeaders();
		response.socket!.destroySoon();
	});
	const { status, body } = await ask('/', { headers: DOCUMENT }).catch(() => ({ status: 0, body: '' }));
	expect([status === 200, body.includes('_pulse/edge')]).toEqual([false, false]);
});
