import { describe, expect, it } from 'vitest';
import { isInternalPath } from './internal-path.ts';
import { startRouter } from './testing/router.ts';
import { exchange, get, startLenientBackend } from './testing/sockets.ts';

const ATTACKS = [
	'/_pulse/internal',
	'/_pulse/internal/',
	'/_pulse/internal/railway/sessions',
	'/_PULSE/Internal/railway/reload',
	'/_pulse/./internal/railway',
	'/_pulse/x/../internal/railway',
	'/a/b/../../_pulse/internal',
	'//_pulse/internal',
	'//evil.test/_pulse/internal',
	'/\\\\evil.test/_pulse/internal/x',
	'///evil.test/x/../_pulse/internal',
	'//a/_pulse/.%5cintern%61l',
	'/_pulse//internal',
	'/_pulse//../internal/..//_pulse/internal',
	'/%5fpulse/internal',
	'/%5Fpulse/%69nternal',
	'/_pulse%2finternal',
	'/_pulse%2Finternal%2Frailway',
	'/_pulse/%2e/internal',
	'/_pulse/x/%2e%2e/internal',
	'/_pulse/x/.%2e/internal',
	'/_pulse%5cinternal',
	'/_pulse\\internal',
	'/%255fpulse/internal',
	'/%25%35%66pulse/internal',
	'/_pulse;a=b/internal',
	'/_pulse/x/..;/internal',
	'/_pulse/internal;x',
	'/_pulse/internal%3fx',
	'/_pulse/internal%23x',
	'/_pulse/internal%00',
	'/_pulse/internal%20',
	'/_pulse/inter%09nal',
	'/_pulse%c0%afinternal',
	'/_pulse/x/%c0%ae%c0%ae/internal',
	'/_pulse%u002finternal',
	'/%EF%BC%BFpulse/internal',
	'/_pulse/internal#x',
	'/x%3F/../_pulse/internal',
	'/_pulse/internal/../public',
	'/_pulse/%25252569nternal',
	`/_pulse/%${'25'.repeat(40)}69nternal`,
];

const HARMLESS = [
	'/',
	'*',
	'/_pulse',
	'/_pulse/meta',
	'/_pulse/internals',
	'/_pulse/forms/r/f',
	'/internal',
	'/docs/_pulse-internal',
	'/a%2Fb%3Fc%20d',
	'/100%',
	'/a//b/../c',
	'/search/%E2%9C%93',
	'/_pulse/internal-docs',
];

describe('the internal block', () => {
	it.each(ATTACKS)('sees through %s', (path) => expect(isInternalPath(path)).toBe(true));
	it.each(HARMLESS)('lets %s pass', (path) => expect(isInternalPath(path)).toBe(false));

	it.each([
		'/./%5fpulse/intern%61l/%2e%2e%5c/control\\intern%61l',
		'//..\\control%5ca/./..\\_PULSE%252finternal',
		'/%5fpulse/%2e%2e%5c..;%252f..;/internal',
		'/_pulse/internal%00.css',
	])('sees through %s, whatever is resolved first', (path) => {
		expect(isInternalPath(path)).toBe(true);
	});

	it('does not spend long on a long suspicious path', () => {
		expect(isInternalPath(`/${'%25'.repeat(20_000)}/_pulse/internal`)).toBe(true);
		expect(isInternalPath(`/${'../'.repeat(20_000)}x`)).toBe(false);
	});
});

it('no spelling of an internal path reaches a backend, by any method, as a request or a websocket (R2.9, R3.7)', async () => {
	const backend = await startLenientBackend();
	const { port } = await startRouter({ deployments: { v1: backend.port } });
	for (const path of ATTACKS) {
		const answer = await exchange(port, get(path, [], 'POST'));
		// Characters that no request target may hold are refused before any reading of them.
		expect(answer, path).toMatch(/^HTTP\/1\.1 (404 Not Found.*\{"detail":"not found"\}$|400 )/s);
		const upgrade = `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n`;
		expect(await exchange(port, upgrade), path).toMatch(/^HTTP\/1\.1 (404|400) /);
		expect(await exchange(port, get(`http://evil.test${path}`)), path).toMatch(/^HTTP\/1\.1 (404|400) /);
	}
	expect(backend.received).toEqual([]);
});

it('a target reaches the backend byte for byte (R2.12)', async () => {
	const backend = await startLenientBackend();
	const { port } = await startRouter({ deployments: { v1: backend.port } });
	const target = '/a%2Fb%3Fc%20d//e/./f?q=%41&&pulse_deployment=v1&q=+%zz';
	await exchange(port, get(target));
	expect(backend.received[0]).toMatch(`GET ${target} HTTP/1.1\r\n`);
});
