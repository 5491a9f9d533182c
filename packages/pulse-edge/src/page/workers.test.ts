import type { RequestListener } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ask } from '../testing/ask.ts';
import { startEdge } from '../testing/edge.ts';
import { exchange, get, startBackend } from '../testing/sockets.ts';
import { unchunked } from '../testing/unchunked.ts';
import { ScriptStart, startOf } from './inject/script-start.ts';
import { workerScript, workerVersion } from './tab-script.ts';

const WORKER = { 'sec-fetch-dest': 'worker', 'sec-fetch-mode': 'same-origin', 'sec-fetch-site': 'same-origin' };

async function app(listener: RequestListener) {
	const { port } = await startEdge({
		deployments: { one: await startBackend(listener) },
		container: { affinity: 'tab', healthPath: '/' },
	});
	return { port, ask: (path: string, headers: Record<string, string> = {}) => ask(port, path, { headers }) };
}

const workerEtag = `"${workerVersion('one')}:1"`;

test('what pins a worker comes in front of its script, for workers that the tab script has made (C1.12)', async () => {
	const text = 'postMessage("é")';
	const { ask } = await app((request, response) => {
		const type = request.url!.startsWith('/page') ? 'text/html' : 'text/javascript; charset=utf-8';
		response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text), etag: '"1"' });
		response.end(text);
	});
	const pinned = '/w.js?pulse_deployment=one';
	for (const dest of ['worker', 'sharedworker']) {
		const { body, headers } = await ask(pinned, { ...WORKER, 'sec-fetch-dest': dest });
		expect(body).toBe(workerScript() + text);
		expect(headers).toMatchObject({ 'content-length': `${Buffer.byteLength(body)}`, etag: workerEtag });
	}
	// A service worker's script is compared byte by byte with the one before.
	for (const dest of ['serviceworker', 'script', 'audioworklet'])
		expect((await ask(pinned, { ...WORKER, 'sec-fetch-dest': dest })).body).toBe(text);
	expect((await ask('/w.js', WORKER)).body).toBe(text);
	expect((await ask('/w.js', { ...WORKER, 'x-pulse-deployment': 'one' })).body).toBe(text);
	expect((await ask('/page?pulse_deployment=one', WORKER)).body).toBe(text);
	expect((await ask(pinned, { ...WORKER, range: 'bytes=0-3' })).body).toBe(text);
});

test('a worker that is compressed or comes in chunks gets it, too, and one that is unchanged is unchanged (C1.12)', async () => {
	const { port, ask } = await app((request, response) => {
		if (request.headers['if-none-match'] === '"1"') return void response.writeHead(304, { etag: '"1"' }).end();
		response.writeHead(200, { 'content-type': 'application/javascript', 'content-encoding': 'gzip' });
		response.end(gzipSync('"use strict"\npostMessage(1)'));
	});
	const head = ['Sec-Fetch-Dest: worker', 'Accept-Encoding: gzip, br'];
	const answer = await exchange(port, get('/w.js?pulse_deployment=one', head));
	const bytes = unchunked(Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1'));
	expect(gunzipSync(bytes).toString()).toBe(`"use strict";${workerScript()}"use strict"\npostMessage(1)`);
	const asked = (etag: string) => ask('/w.js?pulse_deployment=one', { ...WORKER, 'if-none-match': etag });
	const { status, body, headers } = await asked(workerEtag);
	expect([status, body, headers.etag]).toEqual([304, '', workerEtag]);
	expect((await asked('"one:1"')).status).toBe(200);
});

test('short workers that come in chunks get nothing of each other (C1.12)', async () => {
	const { ask } = await app((request, response) => {
		response.writeHead(200, { 'content-type': 'text/javascript' }).write(`// for ${request.headers['x-user']}`);
		response.end();
	});
	for (const user of ['a', 'b', 'c']) {
		const { body } = await ask('/w.js?pulse_deployment=one', { ...WORKER, 'x-user': user });
		expect(body).toBe(`${workerScript()}// for ${user}`);
	}
});

test('no cache takes a script with what pins a worker for the one without, nor the other way round (C1.9) (C1.12)', async () => {
	const { ask } = await app((request, response) => {
		const known = request.headers['if-none-match'] === '"1"';
		const type = request.url === '/w.wasm' ? 'application/wasm' : 'text/javascript';
		const head = { 'content-type': type, etag: '"1"', 'cache-control': 'max-age=60, immutable' };
		response.writeHead(known ? 304 : 200, head).end(known ? '' : 'x');
	});
	const pin = '?pulse_deployment=one';
	const fetched = { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' };
	for (const headers of [WORKER, fetched]) {
		expect((await ask(`/w.js${pin}`, headers)).headers.vary).toBe('Sec-Fetch-Dest');
		const other = headers === WORKER ? '"one:1"' : workerEtag;
		const own = headers === WORKER ? workerEtag : '"one:1"';
		expect((await ask(`/w.js${pin}`, { ...headers, 'if-none-match': other })).status).toBe(200);
		expect((await ask(`/w.js${pin}`, { ...headers, 'if-none-match': own })).status).toBe(304);
	}
	expect((await ask(`/w.wasm${pin}`, fetched)).headers.vary).toBeUndefined();
	expect((await ask('/w.js', fetched)).headers.vary).toBeUndefined();
});

test.each([
	['', 'P;'],
	['x', 'P;'],
	['"use strict";x', '"use strict";P;'],
	[`/*! a\n * b */\n// c\n'use strict'\nx`, '"use strict";P;'],
	['\xef\xbb\xbf"use strict"', '"use strict";P;'],
	['"use asm"; "use strict"; x', '"use strict";P;'],
	["'a'\n/* b */ 'use strict'\nx", '"use strict";P;'],
	['"a";', 'P;'],
	['\xc2\xa0"use strict"', '"use strict";P;'],
	['"use strict" /* a\n */ x', '"use strict";P;'],
	['"use strict"\n++x', '"use strict";P;'],
	['"use strict"\n// a\n.length', 'P;'],
	['"use\\x20strict"', 'P;'],
	['"use strict" + x', 'P;'],
	['"use strict".length', 'P;'],
	['/* "use strict" */ x', 'P;'],
	['/* never ends', 'P;'],
	['#!/usr/bin/env node\nx', ''],
])('a script that begins with %j is as strict as before, however it comes (C1.12)', (script, expected) => {
	expect(startOf(script, 'P;')).toBe(expected);
	const bytes = Buffer.from(script, 'latin1');
	const start = new ScriptStart('P;');
	const out = [...bytes].flatMap((byte) => start.push(Buffer.from([byte])));
	expect(Buffer.concat([...out, ...start.end()]).toString('latin1')).toBe(expected + script);
});

test('a script that is all comment is held for a while, and costs no more than its length (C1.12)', () => {
	const start = new ScriptStart('P;');
	const out = Array.from({ length: 100 }, () => start.push(Buffer.alloc(1_000, '/* */'))).flat();
	expect(Buffer.concat([...out, ...start.end()]).length).toBe(100_002);
	expect(startOf(`${'/*'.repeat(30_000)}`, 'P;')).toBe('P;');
	expect(startOf(`${'/**'.repeat(20_000)}`, 'P;')).toBe('P;');
});

test('what is put in front is one line, of the size of its task, and no directive (C1.12)', () => {
	expect(workerScript()).toMatch(/^\(\(\)=>\{.*\}\)\(\);+$/);
	expect(workerScript().length).toBeLessThan(2_048);
});
