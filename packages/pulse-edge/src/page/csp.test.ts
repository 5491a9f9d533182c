import { expect, test } from 'vitest';
import { ask, DOCUMENT } from '../testing/ask.ts';
import { startEdge } from '../testing/edge.ts';
import { startBackend } from '../testing/sockets.ts';
import { admit } from './csp.ts';

const SCRIPT = 'app.test/_pulse/edge/tab.0.js';
const REPORTS = 'app.test/_pulse/edge/tab';
const admitted = (...policies: string[]) => admit(policies, { script: SCRIPT, reports: REPORTS, nonce: () => 'MADE' });

test.each([
	['a nonce is copied', "script-src 'nonce-abc'", "script-src 'nonce-abc'", 'abc'],
	["'self' needs nothing", "default-src 'self'", "default-src 'self'", ''],
	[
		"'self' beside 'unsafe-inline' keeps it",
		"script-src 'self' 'unsafe-inline'",
		"script-src 'self' 'unsafe-inline'",
		'',
	],
	['* needs nothing', 'script-src *', 'script-src *', ''],
	[
		"'strict-dynamic' with a nonce",
		"script-src 'strict-dynamic' 'nonce-a' 'self'",
		"script-src 'strict-dynamic' 'nonce-a' 'self'",
		'a',
	],
	[
		"'strict-dynamic' with hashes alone",
		"script-src 'strict-dynamic' 'sha256-x'",
		"script-src 'strict-dynamic' 'sha256-x' 'nonce-MADE'",
		'MADE',
	],
	["'none' gives way to the address", "script-src 'none'", `script-src ${SCRIPT}`, ''],
	[
		'a list gets the address, never a nonce',
		"script-src https://cdn.test 'unsafe-inline'",
		`script-src https://cdn.test 'unsafe-inline' ${SCRIPT}`,
		'',
	],
	[
		'the narrowest directive decides',
		"default-src 'self'; script-src 'self'; script-src-elem https://cdn.test",
		`default-src 'self'; script-src 'self'; script-src-elem https://cdn.test ${SCRIPT}`,
		'',
	],
	[
		'reports are let through as well',
		"default-src 'none'; script-src 'self'",
		`default-src ${REPORTS}; script-src 'self'`,
		'',
	],
	[
		'a policy that says nothing of scripts',
		'frame-ancestors x; upgrade-insecure-requests',
		'frame-ancestors x; upgrade-insecure-requests',
		'',
	],
	['the first of two counts', "script-src 'self'; script-src 'none'", "script-src 'self'; script-src 'none'", ''],
])('a policy lets the script through, and nothing else: %s (C1.8)', (_, policy, expected, nonce) => {
	expect(admitted(policy)).toEqual({ policies: [expected], nonce });
});

test('every policy has to let it through, also those of one header (C1.8)', () => {
	expect(admitted("script-src 'nonce-a', script-src 'none'", "script-src 'nonce-b' 'strict-dynamic'")).toEqual({
		policies: [`script-src 'nonce-a', script-src ${SCRIPT}`, "script-src 'nonce-b' 'strict-dynamic' 'nonce-a'"],
		nonce: 'a',
	});
});

test('what a page is served with names the script that is in it (C1.8)', async () => {
	const backend = await startBackend((_, response) => {
		response.setHeader('content-type', 'text/html');
		response.setHeader('content-security-policy', [
			"default-src 'self'; script-src https://cdn.test",
			"script-src 'nonce-q'",
		]);
		response.end('<head>');
	});
	const { port } = await startEdge({ deployments: { one: backend }, container: { affinity: 'tab', healthPath: '/' } });
	const { body, headers } = await ask(port, '/', { headers: DOCUMENT });
	const [, path] = /<script src="([^"]*)" data-pulse="one" nonce="q">/.exec(body)!;
	expect(headers['content-security-policy']).toBe(
		`default-src 'self'; script-src https://cdn.test app.test${path}, script-src 'nonce-q'`,
	);
});

test('a host that is more than a name gets into no policy (C1.8)', async () => {
	const backend = await startBackend((_, response) => {
		response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': "script-src 'none'" });
		response.end('<head>');
	});
	const { port } = await startEdge({ deployments: { one: backend }, container: { affinity: 'tab', healthPath: '/' } });
	const { headers } = await ask(port, '/', { headers: { ...DOCUMENT, host: "app.test;script-src-elem'*'" } });
	expect(headers['content-security-policy']).toBe("script-src 'none'");
});
