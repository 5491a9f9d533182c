import type { RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { exchange, get, startBackend } from '../testing/sockets.ts';

const asset = (path: string, dest = 'script', more: string[] = []) => get(path, [`Sec-Fetch-Dest: ${dest}`, ...more]);
const PAGE = '<!doctype html><title>new</title>';
/** The server of a single-page app: its index page for everything that it does not know. */
const page =
	(status = 200, type = 'text/html; charset=utf-8', body: string | Buffer = PAGE) =>
	(_: unknown, response: ServerResponse) =>
		void response.writeHead(status, { 'content-type': type }).end(body);

/** An active deployment in front of a draining one that has `/a.js`, and a page for all else. */
async function skewed(active: RequestListener) {
	const asked: string[] = [];
	const old = await startBackend((request, response) => {
		asked.push(request.url!);
		if (request.url === '/a.js') response.setHeader('content-type', 'text/javascript').end('old chunk');
		else page()(request, response);
	});
	const { port, table } = await startEdge({ deployments: { old, active: await startBackend(active) } });
	table.promote('active');
	return { port, asked };
}

it.each(['script', 'style', 'worker', 'sharedworker', 'audioworklet', 'paintworklet', 'json', 'font', 'image'])(
	'a page in place of a %s is a chunk that is missing',
	async (dest) => {
		const { port } = await skewed(page());
		expect(await exchange(port, asset('/a.js', dest))).toMatch(
			/^HTTP\/1\.1 200 .*x-pulse-selected-deployment: old\r\n.*old chunk$/s,
		);
	},
);

it.each([
	['410', page(410)],
	['410 without a body', page(410, 'text/plain', '')],
	['a page of another type', page(200, 'application/xhtml+xml')],
	['a part of a page', page(206)],
	[
		'a compressed page',
		(_, response) => page(200, 'text/html', gzipSync(PAGE))(_, response.setHeader('content-encoding', 'gzip')),
	],
	['a page behind white space', page(200, 'text/html', `\ufeff\r\n  ${PAGE}`)],
	[
		'a page in pieces',
		(_, response) => {
			response.writeHead(200, { 'content-type': 'text/html' }).write(PAGE);
			setTimeout(() => response.end('more'), 20);
		},
	],
] as [string, RequestListener][])('%s is a chunk that is missing', async (_, active) => {
	const { port } = await skewed(active);
	expect(await exchange(port, asset('/a.js'))).toMatch(/old chunk$/);
});

it('the page of the active deployment comes back whole when nobody has the chunk, and is believed for a while', async () => {
	const { port, asked } = await skewed(page());
	for (let i = 0; i < 3; i++)
		expect(await exchange(port, asset('/none.js'))).toMatch(
			/^HTTP\/1\.1 200 .*x-pulse-selected-deployment: active\r\n.*<!doctype html><title>new<\/title>/s,
		);
	expect(asked).toEqual(['/none.js']);
});

it.each([
	['a document', asset('/a.js', 'document'), page()],
	['a fetch', asset('/a.js', 'empty'), page()],
	['a pinned chunk', asset('/a.js', 'script', ['X-Pulse-Deployment: active']), page()],
	['a script that is called a page', asset('/a.js'), page(200, 'text/html', 'var mine = 1')],
	['a picture that is called a page', asset('/a.js', 'image'), page(200, 'text/html', 'GIF89a')],
	['a long page', asset('/a.js'), page(200, 'text/html', `<p>${'x'.repeat(200_000)}`)],
	['a redirect', asset('/a.js'), (_, response) => void response.writeHead(302, { location: '/' }).end()],
] as [string, string, RequestListener][])('%s is passed on as it is', async (_, bytes, active) => {
	const { port, asked } = await skewed(active);
	expect(await exchange(port, bytes)).toMatch(/^HTTP\/1\.1 (200|302) .*x-pulse-selected-deployment: active\r\n/s);
	expect(asked).toEqual([]);
});
