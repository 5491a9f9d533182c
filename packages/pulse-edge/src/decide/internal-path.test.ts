import { describe, expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { randomFrom } from '../testing/random.ts';
import { exchange, get, startLenientBackend } from '../testing/sockets.ts';
import { isInternalPath } from './internal-path.ts';

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
	'/%2%355fpulse/internal',
	'/%%35fpulse/internal',
	'/%u005fpulse/internal',
	'/%25u005fpulse/internal',
	'/%25c1%259fpulse/internal',
	'/_pulse%e0%80%afinternal',
	'/_pulse%f0%80%80%afinternal',
	'/%%005fpulse/internal',
	'/%EF%BC%855fpulse/internal',
	'/%25%EF%BC%95fpulse/internal',
	'/%EF%BC%85%EF%BC%92%EF%BC%955fpulse/internal',
	'/_pul%C2%ADse/internal',
	'/_pulse/%C4%B1nternal',
	'/_pul%C5%BFe/internal',
	'/_pulse%a0/internal',
	'/%ff/_pulse%2finternal',
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
	'/internal/_pulse',
	'/_pulsea/internal',
	'/_pulse%CC%81/internal',
	'/%252525252525252525252541',
	'/%EF%B7%BA/internal',
	'/%ff%fe/_pulse/meta',
	'/_pulse_internal%20',
	'/%u0041/%zz/%',
];

/** As servers in a row would read it, each of which decodes once. */
function inRounds(path: string): boolean {
	let text = path;
	for (let round = 0; round < 8; round++) {
		const segments = text.toLowerCase().split(/[/\\]/);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
		const names = segments.map((segment) => segment.replace(/[;?#\x00-\x20].*$/s, ''));
		const at = names.indexOf('_pulse');
		if (at !== -1 && names.includes('internal', at + 1)) return true;
		text = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
	}
	return false;
}

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

	it('reads no less than any number of rounds of decoding would', () => {
		const random = randomFrom(11);
		const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)]!;
		const escaped = (text: string) =>
			[...text].map((one) => (random() < 0.2 ? `%${one.charCodeAt(0).toString(16).padStart(2, '0')}` : one)).join('');
		let internal = 0;
		for (let i = 0; i < 20_000; i++) {
			let path = `/${pick(['', 'a/', '../', ';/'])}_pulse${pick(['/', '\\', '%2f', '/./', ';x/', '\t/', '', 'x', '%c0%af'])}`;
			path += `${pick(['internal', 'Internal', 'meta', 'interna'])}${pick(['', '/x', '?', '%00', '%ff', 'l'])}`;
			for (let depth = Math.floor(random() * 5); depth > 0; depth--) path = escaped(path);
			// Without anything to rewrite it is what it says: below another path.
			if (/^[\w/]+$/.test(path) || !inRounds(path)) continue;
			internal++;
			expect(isInternalPath(path), path).toBe(true);
		}
		expect(internal).toBeGreaterThan(3_000);
	});

	it.each([
		['escapes of escapes', `/${'%25252525252541'.repeat(4_000)}`],
		['one escape of them all', `/%${'25'.repeat(29_000)}41`],
		['characters that unfold to sentences', `/${'%EF%B7%BA'.repeat(6_500)}`],
		['escapes that only folding brings', `/${'%EF%BC%852525'.repeat(4_500)}`],
		['what is nearly internal', `/${'%5fpulse/'.repeat(6_500)}`],
	])('takes one pass for 60 KB of %s', (_, path) => {
		isInternalPath(path);
		const before = process.cpuUsage();
		for (let i = 0; i < 50; i++) isInternalPath(path);
		const { user, system } = process.cpuUsage(before);
		// It takes about one; decoded round by round it took fourteen.
		expect((user + system) / 1_000 / 50).toBeLessThan(6);
	});

	it('spends on escapes of escapes what as many escapes beside each other take, in the length of the path', () => {
		expect(isInternalPath(`/${'%25'.repeat(20_000)}/_pulse/internal`)).toBe(true);
		expect(isInternalPath(`/${'../'.repeat(20_000)}x`)).toBe(false);
		const beside = timeOf(`/${'%41'.repeat(20_000)}`);
		// Decoded round by round, a thousand times as long.
		for (const nested of [`/%${'25'.repeat(30_000)}41`, `/${`%${'25'.repeat(200)}41`.repeat(150)}`])
			expect(timeOf(nested) / beside).toBeLessThan(30);
	});
});

it('no spelling of an internal path reaches a backend, by any method, as a request or a websocket (R2.9, R3.7)', async () => {
	const backend = await startLenientBackend();
	const { port } = await startEdge({ deployments: { v1: backend.port } });
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
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const target = '/a%2Fb%3Fc%20d//e/./f?q=%41&&pulse_deployment=v1&q=+%zz';
	await exchange(port, get(target));
	expect(backend.received[0]).toMatch(`GET ${target} HTTP/1.1\r\n`);
});

/** Of one look in milliseconds, the shortest of several: others use the machine too. */
function timeOf(path: string): number {
	const times = Array.from({ length: 7 }, () => {
		const began = performance.now();
		isInternalPath(path);
		return performance.now() - began;
	});
	return Math.min(...times);
}
