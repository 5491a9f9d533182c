import { expect, test } from 'vitest';
import { apiEndpoint } from './api.ts';

const at = (url: string) => apiEndpoint({ PULSE_RAILWAY_API_URL: url }).href;

test.each([{}, { PULSE_RAILWAY_API_URL: '' }, { PULSE_RAILWAY_API_URL: '  ' }])(
	'is Railway unless told otherwise: %o',
	(env) => {
		expect(apiEndpoint(env).href).toBe('https://backboard.railway.com/graphql/v2');
	},
);

test.each([
	'https://railway.example/graphql/v2',
	'http://127.0.0.1:4000/graphql/v2',
	'http://localhost:4000/graphql/v2',
	'http://[::1]:4000/graphql/v2',
])('accepts %s', (url) => {
	expect(at(url)).toBe(url);
});

test.each([
	['http://railway.example/graphql/v2', /must be https/],
	['http://127.0.0.1.railway.example/graphql', /must be https/],
	['backboard.railway.com', /must be a URL/],
	['file:///etc/passwd', /must be a URL/],
	['https://user:pw@railway.example/', /user or password/],
])('refuses %s', (url, message) => {
	expect(() => at(url)).toThrow(message);
});
