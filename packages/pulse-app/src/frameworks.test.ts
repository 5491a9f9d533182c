import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { connectFramework } from './testing/frameworks/connect.ts';
import { expressFramework } from './testing/frameworks/express.ts';
import { fastifyFramework } from './testing/frameworks/fastify.ts';
import { honoFramework } from './testing/frameworks/hono.ts';
import { plain } from './testing/frameworks/plain.ts';
import { prepared } from './testing/frameworks/prepared.ts';
import { type Framework, visit } from './testing/frameworks/routes.ts';
import { Browser, serve } from './testing/harness.ts';

const MEGABYTE = 1024 * 1024;

async function serveFramework(framework: Framework) {
	let left = 0;
	const options = framework({
		visit: (request, response) => visit(served.app, request, response),
		left: () => {
			left += 1;
		},
	});
	const served = await serve({
		...options,
		channels: { echo: (channel) => channel.on('say', (payload) => payload) },
		render: (view) => ({ action: view.form('form', () => {}) }),
	});
	return { ...served, left: () => left };
}

describe.each([
	['a plain listener', plain],
	['Express', expressFramework],
	['Fastify', fastifyFramework],
	['Hono', honoFramework],
	['Connect', connectFramework],
	["a framework of Next's shape", prepared],
])('with %s', (_name, framework) => {
	it('addresses arrive untouched, and what is missing is answered by the framework', async () => {
		const { url } = await serveFramework(framework);
		const target = '/where?a=%2Fb&a=c%20d&pulse_deployment=x';
		expect(await (await fetch(url + target)).text()).toBe(target);
		const missing = await fetch(`${url}/missing`);
		expect(missing.status).toBe(404);
		expect(await missing.text()).not.toBe('{"detail":"not found"}');
	});

	it('events reach the browser while the stream is open, and the framework learns that it left', async () => {
		const { url, left } = await serveFramework(framework);
		const leaving = new AbortController();
		const response = await fetch(`${url}/events`, { signal: leaving.signal });
		expect(response.headers.get('content-type')).toContain('text/event-stream');
		const { value } = await (response.body as ReadableStream<Uint8Array>).getReader().read();
		expect(Buffer.from(value as Uint8Array).toString()).toBe('data: first\n\n');
		leaving.abort();
		await expect.poll(left).toBe(1);
	});

	it('uploads of several megabytes stream through', async () => {
		const { url } = await serveFramework(framework);
		const sent = new Promise<string>((resolve, reject) => {
			const headers = { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' };
			const upload = httpRequest(`${url}/upload`, { method: 'POST', headers }, async (response) => {
				resolve(Buffer.concat(await response.toArray()).toString());
			});
			upload.on('error', reject);
			Readable.from(Array.from({ length: 8 }, () => Buffer.alloc(MEGABYTE))).pipe(upload);
		});
		expect(await sent).toBe(String(8 * MEGABYTE));
	});

	it('a failure is answered, one in the middle of an answer cuts it off, and the next request is served', async () => {
		const { url } = await serveFramework(framework);
		const failed = await fetch(`${url}/fail`);
		expect(failed.status).toBe(500);
		await failed.text();
		const late = await fetch(`${url}/fail-late`)
			.then((response) => response.text())
			.catch(() => 'cut off');
		expect(late).toBe('cut off');
		expect((await fetch(`${url}/where`)).status).toBe(200);
	});

	it('user sessions and cookies of its own travel in one response', async () => {
		const { url } = await serveFramework(framework);
		const first = await fetch(`${url}/visits`);
		expect(await first.text()).toBe('1');
		const cookies = first.headers.getSetCookie();
		expect(cookies.map((cookie) => cookie.split('=', 1)[0]).sort()).toEqual(['pulse.sid', 'theme']);
		const cookie = cookies.map((line) => line.split(';', 1)[0]).join('; ');
		expect(await (await fetch(`${url}/visits`, { headers: { cookie } })).text()).toBe('2');
	});

	it('pages become live and forms arrive', async () => {
		const { url } = await serveFramework(framework);
		const browser = new Browser(url);
		const { headers } = await browser.open();
		const page = await browser.connect().ready();
		expect(await page.request('echo', 'say', 'hello')).toBe('hello');
		const form = await browser.fetch(`/_pulse/forms/${headers['X-Pulse-Render-Id']}/form`, {
			method: 'POST',
			body: new URLSearchParams({ a: '1' }),
		});
		expect(form.status).toBe(204);
	});
});
