import { describe, expect, it } from 'vitest';
import { defaultAddress, readEnvironment } from './environment.ts';

describe('the environment of an app', () => {
	it('is dev without an address by default', () => {
		expect(readEnvironment({}, {})).toMatchObject({ mode: 'dev', serverAddress: null, secret: null });
	});

	it.each(['http://127.0.0.1:8000', 'http://localhost:8000', 'http://[::1]:8000', 'https://example.com'])(
		'accepts %s in production',
		(address) => {
			expect(readEnvironment({ mode: 'prod' }, { PULSE_SERVER_ADDRESS: address }).serverAddress?.origin).toBe(address);
		},
	);

	it.each([
		['http://example.com', 'insecure-server-address'],
		['http://127.0.0.1.evil.example', 'insecure-server-address'],
		['', 'missing-server-address'],
		['example.com', 'invalid-server-address'],
	])('refuses %j in production', (address, code) => {
		expect(() => readEnvironment({ mode: 'prod' }, { PULSE_SERVER_ADDRESS: address })).toThrow(
			expect.objectContaining({ code }),
		);
	});

	it('lets the app win over the variable, and refuses an unknown PULSE_ENV', () => {
		const environment = readEnvironment(
			{ serverAddress: 'https://a.example' },
			{ PULSE_SERVER_ADDRESS: 'https://b.example' },
		);
		expect(environment.serverAddress?.origin).toBe('https://a.example');
		expect(() => readEnvironment({}, { PULSE_ENV: 'production' })).toThrow(/PULSE_ENV/);
	});
});

it('an app under development is reached from this machine alone, one in production or CI from everywhere', () => {
	expect(
		[{}, { PULSE_ENV: 'dev' }, { PULSE_ENV: 'prod' }, { PULSE_ENV: 'ci' }].map((env) => defaultAddress(env)),
	).toEqual(['127.0.0.1', '127.0.0.1', '::', '::']);
});
