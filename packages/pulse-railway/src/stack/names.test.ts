import { describe, expect, it } from 'vitest';
import { backendServiceName, envServiceName, parseServiceName, parseServicePrefix, stackNames } from './names.ts';

describe('a service prefix (R1.5)', () => {
	it.each([
		['pulse', 'pulse-'],
		['Custom', 'custom-'],
		['A_b', 'a-b-'],
		[' pulse- ', 'pulse-'],
		['', undefined],
		['  ', undefined],
		[undefined, undefined],
	])('%o → %o', (text, prefix) => expect(parseServicePrefix(text)).toBe(prefix));

	it('is at most 8 characters with its hyphen', () => {
		expect(() => parseServicePrefix('eightlet')).toThrow(
			"service prefix must be <= 8 characters including trailing '-'",
		);
	});
	it('must say something', () => {
		expect(() => parseServicePrefix('--')).toThrow('service prefix must contain at least one alphanumeric character');
	});
});

describe('a service name (R1.6)', () => {
	it('is cleaned', () => expect(parseServiceName('Pulse Router')).toBe('pulse-router'));
	it('is at most 32 characters', () => {
		expect(parseServiceName('a'.repeat(32))).toHaveLength(32);
		expect(() => parseServiceName('a'.repeat(33))).toThrow('service name must be <= 32 chars');
	});
	it('must say something', () => {
		expect(() => parseServiceName('é')).toThrow('service name must contain at least one alphanumeric character');
	});
});

it('a backend is prefix and id, or the id alone (R1.7)', () => {
	expect(backendServiceName('shop-', 'prod-1')).toBe('shop-prod-1');
	expect(backendServiceName(undefined, 'prod-1')).toBe('prod-1');
});

describe('the stable services (R1.8, R1.9)', () => {
	it.each([
		[{}, undefined, ['pulse-router', 'pulse-janitor', 'pulse-redis', 'pulse-env']],
		[{}, 'foo-', ['foo-router', 'foo-janitor', 'foo-redis', 'foo-env']],
		[{ router: 'api' }, 'foo-', ['foo-api', 'foo-janitor', 'foo-redis', 'foo-api-env']],
		[{ router: 'api', redis: 'cache' }, undefined, ['api', 'pulse-janitor', 'cache', 'api-env']],
	])('%o with prefix %o', (given, prefix, expected) => {
		const { router, janitor, redis, env } = stackNames(given, prefix);
		expect([router, janitor, redis, env]).toEqual(expected);
	});

	it('the env service follows the router', () => {
		expect([envServiceName('pulse-router'), envServiceName('api')]).toEqual(['pulse-env', 'api-env']);
	});
});
