import { describe, expect, test } from 'vitest';
import { asksForDocument, prefersPage, withoutQueryKey } from './document-request.ts';
import { stalePage } from './readable-page.ts';

const CHROME = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
const asked = (headers: Readonly<Record<string, string>>) => asksForDocument((name) => headers[name]);
const OLD = { accept: CHROME, 'upgrade-insecure-requests': '1' };

describe('a browser that goes somewhere', () => {
	test.each([
		['a navigation', { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }],
		['one that a service worker passes on', { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'navigate' }],
		['one whose destination got lost', { 'sec-fetch-mode': 'navigate' }],
		['an old browser, or plain http', OLD],
	])('%s', (_, headers) => expect(asked(headers)).toBe(true));

	test.each([
		['nothing said', {}],
		['a program', { accept: '*/*' }],
		['a fetch for HTML', { accept: CHROME }],
		['a fetch for HTML in a new browser', { ...OLD, 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }],
		['a picture', { ...OLD, 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' }],
		['a frame', { ...OLD, 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' }],
		['an old frame', { ...OLD, 'sec-fetch-dest': 'frame', 'sec-fetch-mode': 'navigate' }],
		['htmx', { ...OLD, 'hx-request': 'true' }],
		['jQuery', { ...OLD, 'x-requested-with': 'XMLHttpRequest' }],
		['HTML among others', { ...OLD, accept: 'application/json, text/html' }],
		['prefetch', { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', 'sec-purpose': 'prefetch' }],
		['prerender', { 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch;prerender' }],
		['an old prefetch', { ...OLD, purpose: 'prefetch' }],
		['an old prefetch of Firefox', { ...OLD, 'x-moz': 'prefetch' }],
	])('not: %s', (_, headers) => expect(asked(headers as Record<string, string>)).toBe(false));
});

test.each([
	[CHROME, true],
	['text/html', true],
	['TEXT/HTML;q=0.8, */*;q=0.1', true],
	['application/xhtml+xml', true],
	['text/html, application/json', true],
	['application/json, text/html;q=0.9', false],
	['text/html;q=0', false],
	['*/*', false],
	['image/avif,image/webp,*/*', false],
	['text/htmlx', false],
	['', false],
])('"Accept: %s" is for a page: %s', (accept, page) => {
	expect(prefersPage((name) => (name === 'accept' ? accept : undefined))).toBe(page);
});

describe('the same address without a key', () => {
	test.each([
		['/?pin=v1', '/'],
		['/a?pin=v1&b=2', '/a?b=2'],
		['/a?b=2&pin=v1', '/a?b=2'],
		['/a?pin=v1&b=2&pin=v2&pin', '/a?b=2'],
		['/a?p%69n=v1&b=%41+%zz&&c', '/a?b=%41+%zz&&c'],
		['/a%2Fb//c/./..?pin=v1&q=a%20b', '/a%2Fb//c/./..?q=a%20b'],
		['/caf\xc3\xa9?pin=v1', '/caf\xc3\xa9'],
		['/a?spin=1&pin2=2&%zz=3', '/a?spin=1&pin2=2&%zz=3'],
		['/a', '/a'],
		// Each of these stays where it is, on this host.
		['//evil.test/x?pin=v1', '/.//evil.test/x'],
		['/\\evil.test/x?pin=v1', '/./\\evil.test/x'],
		['///evil.test?pin=v1', '/.///evil.test'],
		['/.//evil.test?pin=v1', '/.//evil.test'],
	])('%s → %s', (target, expected) => {
		const location = withoutQueryKey(target, 'pin');
		expect(location).toBe(expected);
		expect(new URL(location!, 'https://app.test/somewhere/else').host).toBe('app.test');
	});

	test('a dot in front of two slashes leads to the very same path', () => {
		expect(new URL(withoutQueryKey('//evil.test/x?pin=v1', 'pin')!, 'https://app.test').pathname).toBe('//evil.test/x');
	});

	test.each([
		'/a\tb?pin=v1',
		'/\t/evil.test?pin=v1',
		'/a\r\nset-cookie: x?pin=v1',
		'/a b?pin=v1',
		'/\x7f?pin=v1',
		'*',
		'',
	])('%j is none that a Location can hold', (target) => expect(withoutQueryKey(target, 'pin')).toBeNull());
});

test('an address on a page is text, whatever is in it', () => {
	const page = stalePage('GET', '/"><script>alert(1)</script>&\'caf\xc3\xa9');
	expect(page).not.toContain('<script>');
	expect(page).toContain('href="/&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#38;&#39;caf%C3%A9"');
});
