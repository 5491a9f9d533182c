import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConsoleMessage, Page } from 'playwright-core';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { inEachBrowser } from '../../packages/pulse-app/src/testing/browsers.ts';
import { oneBrowser } from '../../packages/pulse-app/src/testing/one-browser.ts';
import { startEdge } from '../../packages/pulse-edge/src/testing/edge.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SCRIPT = `fetch('/api').then((r) => r.text()).then((t) => { document.title = t })`;
const HASH = createHash('sha256').update(SCRIPT).digest('base64');
/** Each lets the page's own script run, and ask its own origin. */
const POLICIES = {
	self: "default-src 'self' 'unsafe-inline'",
	'a nonce': "script-src 'nonce-q1'; object-src 'none'",
	'a nonce and strict-dynamic': "script-src 'nonce-q1' 'strict-dynamic' https: 'unsafe-inline'; base-uri 'none'",
	'a hash': `default-src 'none'; script-src 'sha256-${HASH}'; connect-src 'self'`,
	'a hash and strict-dynamic': `script-src 'sha256-${HASH}' 'strict-dynamic'`,
	'other hosts': "script-src 'unsafe-inline' https://cdn.test; connect-src ORIGIN/api",
	'script-src-elem': "script-src 'none'; script-src-elem 'unsafe-inline'; connect-src 'self'",
	'trusted types': "script-src 'self' 'unsafe-inline'; require-trusted-types-for 'script'",
	'two policies': `default-src 'self' 'unsafe-inline', script-src 'nonce-q1' 'sha256-${HASH}'`,
};

/** `npm test` compiles first: the edge serves the compiled tab script. */
inEachBrowser('a page under a policy', ({ launch }) => {
	const browser = oneBrowser(launch);
	let page: Page;
	beforeEach(async () => {
		page = await browser().newPage();
	});

	/** One version whose page has this policy, and says by its script which one it asked. */
	async function startVersion(version: string, policy: string): Promise<number> {
		const server = createServer((request, response) => {
			if (request.url !== '/') return response.end(version);
			response.setHeader('content-type', 'text/html');
			response.setHeader('content-security-policy', policy.replaceAll('ORIGIN', `http://${request.headers.host}`));
			response.end(`<!doctype html><title></title><button>again</button><script nonce="q1">${SCRIPT}</script>`);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		onTestFinished(() => {
			server.closeAllConnections();
			server.close();
		});
		return (server.address() as AddressInfo).port;
	}

	test.each(Object.entries(POLICIES))('runs its script and the one that pins it: %s (C1.8)', async (_, policy) => {
		const deployments = { one: await startVersion('one', policy), two: await startVersion('two', policy) };
		const { port, edge, table } = await startEdge({ deployments, container: { affinity: 'tab', healthPath: '/' } });
		const blocked: string[] = [];
		const listen = (message: ConsoleMessage) => {
			if (/content.security/i.test(message.text())) blocked.push(message.text());
		};
		page.on('console', listen);
		onTestFinished(() => void page.off('console', listen));
		await page.goto(`http://127.0.0.1:${port}/`);
		await expect.poll(() => page.title()).toBe('one');
		await expect.poll(() => edge.context.presence.counts().get('one')?.visible).toBe(1);
		// What the page asks from now on stays with its version, though another one is active and in use.
		table.promote('two');
		await page.evaluate(`document.cookie = 'pulse_page=two;path=/'`);
		expect(await page.evaluate(`fetch('/api').then((r) => r.text())`)).toBe('one');
		expect(blocked).toEqual([]);
	});
});
