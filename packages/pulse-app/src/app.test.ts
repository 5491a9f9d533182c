import { request as httpRequest } from 'node:http';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { App } from './app.ts';
import { PLUGIN_BRAND } from './brand.ts';
import type { Plugin } from './plugin.ts';
import { serve } from './testing/harness.ts';

const logger = pino({ level: 'silent' });

describe('the endpoints of an app', () => {
	it('answers health and set-cookies as documented', async () => {
		const { url } = await serve();
		expect(await (await fetch(`${url}/_pulse/health`)).json()).toEqual({
			health: 'ok',
			message: 'Pulse server is running',
		});
		expect(await (await fetch(`${url}/_pulse/set-cookies`)).json()).toEqual({
			health: 'ok',
			message: 'Cookies updated',
		});
	});

	it('goes on when a connection could not be accepted', async () => {
		const { running, url } = await serve();
		// As Node tells of it, when the process has no file handle left for one.
		running.server.emit('error', new Error('accept EMFILE'));
		expect((await fetch(url)).status).toBe(200);
	});

	it.each(['/_pulse/nothing', '/_pulse', '/_pulse/../secret', '/x/../_pulse/internal'])(
		'keeps %s from the app',
		async (path) => {
			const { running } = await serve();
			const { connect } = await import('node:net');
			const answer = await new Promise<string>((resolve) => {
				const socket = connect(running.port, '127.0.0.1', () =>
					socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`),
				);
				let text = '';
				socket.on('data', (data) => {
					text += data;
				});
				socket.on('close', () => resolve(text));
			});
			expect(answer).toMatch(/^HTTP\/1\.1 404/);
			expect(answer).not.toContain('from the app');
		},
	);

	it('passes everything else on untouched', async () => {
		const { url } = await serve({ listener: (request, response) => response.end(request.url) });
		expect(await (await fetch(`${url}/a%2Fb?x=1`)).text()).toBe('/a%2Fb?x=1');
	});

	it('passes trailers both ways', async () => {
		const { url } = await serve({
			listener: async (request, response) => {
				await request.resume().toArray();
				response.writeHead(200, { trailer: 'x-sum' }).write('body');
				response.addTrailers({ 'x-sum': String(request.trailers['x-count']) });
				response.end();
			},
		});
		const trailers = new Promise<unknown>((resolve, reject) => {
			const request = httpRequest(url, { method: 'POST', headers: { trailer: 'x-count' } }, async (response) => {
				await response.toArray();
				resolve(response.trailers);
			});
			request.on('error', reject);
			request.write('counted');
			request.addTrailers({ 'x-count': '7' });
			request.end();
		});
		expect(await trailers).toEqual({ 'x-sum': '7' });
	});

	const fail = () => {
		throw new Error('secret reason');
	};
	it.each([
		{ by: 'throwing', bad: fail },
		{ by: 'a promise', bad: async () => fail() },
		{
			by: 'a promise of its own kind',
			// biome-ignore lint/suspicious/noThenProperty: some libraries have promises of their own.
			bad: () => ({ then: (_: unknown, no: (e: Error) => void) => no(new Error('secret reason')) }),
		},
		{ by: 'throwing, behind a plugin', bad: fail, plugins: [{ ...pinning('blue'), onRequest: () => false }] },
	])('answers 500 when the app fails by $by, logs why, and keeps serving', async ({ bad: failing, plugins = [] }) => {
		const lines: string[] = [];
		const { url } = await serve(
			{
				plugins,
				listener: (request, response) => (request.url?.startsWith('/bad') ? failing() : response.end('fine')),
			},
			{ logger: pino({ level: 'error' }, { write: (line) => void lines.push(line) }) },
		);
		const bad = await fetch(`${url}/bad?token=x`);
		expect(bad.status).toBe(500);
		expect(await bad.text()).not.toContain('secret');
		expect(lines).toHaveLength(1);
		expect(JSON.parse(lines[0] as string)).toMatchObject({
			method: 'GET',
			path: '/bad',
			err: { message: 'secret reason' },
		});
		expect(await (await fetch(`${url}/good`)).text()).toBe('fine');
	});

	it('serves its browser client pinned to the deployment that served the page', async () => {
		const { url, app } = await serve({ plugins: [pinning('blue')] });
		expect(app.client.module).toBe('/_pulse/client.js?pulse_deployment=blue');
		expect(app.client.head).toContain('"pulse_deployment":"blue"');
		const module = await (await fetch(url + app.client.module)).text();
		expect(module).toContain("'./client/index.js?pulse_deployment=blue'");
		const nested = await (await fetch(`${url}/_pulse/client/index.js?pulse_deployment=blue`)).text();
		expect(nested).not.toMatch(/\bfrom\s*["']/);
		for (const file of [app.client.banner, '/_pulse/client/socket.io.js'])
			expect((await fetch(url + file)).headers.get('content-type')).toContain('javascript');
	});

	it('puts the script that pins a page into its head, by a nonce where the page has one, and none without a deployment', async () => {
		const { url, app } = await serve({ plugins: [pinning('blue')] });
		const { head, headWith } = app.client;
		const [, script = ''] = /^<script src="([^"]+)" data-pulse="blue"><\/script>/.exec(head) ?? [];
		expect(script).toMatch(/^\/_pulse\/client\/tab\.[0-9a-f]{16}\.js\?pulse_deployment=blue$/);
		expect((await fetch(url + script)).headers.get('cache-control')).toContain('immutable');
		expect(headWith({ nonce: 'a"b' })).toContain(' data-pulse="blue" nonce="a&quot;b"></script>');
		const plain = await serve();
		expect(plain.app.client.head).toMatch(/^<script type="application\/json"/);
		expect([app, plain.app].map(({ client }) => client.url('/a.js?v=1#x'))).toEqual([
			'/a.js?v=1&pulse_deployment=blue#x',
			'/a.js?v=1#x',
		]);
	});
});

describe('plugins', () => {
	it('run by priority, may answer requests, and stop in reverse', async () => {
		const calls: string[] = [];
		const plugin = (name: string, priority: number): Plugin => ({
			[PLUGIN_BRAND]: 1,
			name,
			priority,
			onStart: () => void calls.push(`start ${name}`),
			onStop: () => void calls.push(`stop ${name}`),
			onRequest: (request, response) => {
				if (request.url !== `/${name}`) return false;
				response.end(name);
				return true;
			},
		});
		const app = new App({ listener: (_q, r) => r.end('app'), plugins: [plugin('low', 1), plugin('high', 5)] });
		expect(calls).toEqual([]);
		const running = await app.listen({ port: 0, address: '127.0.0.1', logger });
		expect(await (await fetch(`http://127.0.0.1:${running.port}/low`)).text()).toBe('low');
		await running.close({ budgetMs: 0 });
		expect(calls).toEqual(['start high', 'start low', 'stop low', 'stop high']);
	});

	it('stop the start by throwing, and what had started is stopped', async () => {
		const calls: string[] = [];
		const app = new App({
			listener: () => {},
			plugins: [
				{ [PLUGIN_BRAND]: 1, name: 'a', onStop: () => void calls.push('stopped') },
				{
					[PLUGIN_BRAND]: 1,
					name: 'b',
					onStart: () => {
						throw new Error('not today');
					},
				},
			],
		});
		await expect(app.listen({ port: 0, address: '127.0.0.1', logger })).rejects.toThrow('not today');
		expect(calls).toEqual(['stopped']);
	});
});

describe('listening', () => {
	it('serves both families by default', async () => {
		const app = new App({ listener: (_q, r) => r.end('ok') });
		const running = await app.listen({ port: 0, logger });
		expect(await (await fetch(`http://127.0.0.1:${running.port}`)).text()).toBe('ok');
		if (running.address === '::') expect(await (await fetch(`http://[::1]:${running.port}`)).text()).toBe('ok');
		await running.close({ budgetMs: 0 });
	});

	it('says which port is taken', async () => {
		const { running } = await serve();
		await expect(serve({}, { port: running.port })).rejects.toMatchObject({ code: 'port-taken' });
	});
});

function pinning(id: string): Plugin {
	return {
		[PLUGIN_BRAND]: 1,
		name: 'pinning',
		onPrerender: (directives) => {
			directives.query.pulse_deployment = id;
		},
	};
}
