import { expect, it } from 'vitest';
import { originOfDomain, parseOrigin } from './address.ts';

it.each([
	['app.up.railway.app', 'https://app.up.railway.app'],
	['127.0.0.1:4000', 'http://127.0.0.1:4000'],
	['localhost', 'http://localhost'],
	['[::1]:80', 'http://[::1]:80'],
	['127.0.0.1.example.com', 'https://127.0.0.1.example.com'],
	['localhost.example.com', 'https://localhost.example.com'],
])('domain %s is reached at %s', (domain, origin) => expect(originOfDomain(domain)).toBe(origin));

it.each([
	['https://app.example.com/', 'https://app.example.com'],
	['http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
])('%s is an address', (text, origin) => expect(parseOrigin(text)).toBe(origin));

it.each(['app.example.com', 'http://app.example.com', 'ftp://x', 'https://x/path', 'https://x?q', 'https://u@x', ''])(
	"'%s' is none",
	(text) => expect(() => parseOrigin(text)).toThrow(/^must be/),
);
