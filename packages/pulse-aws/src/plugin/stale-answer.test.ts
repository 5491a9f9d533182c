import { expect, test } from 'vitest';
import { staleAnswer } from './stale-answer.ts';

const ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const NAVIGATION = { accept: ACCEPT, 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };
const answer = (method: string, url: string, headers: Record<string, string>) => staleAnswer({ method, url, headers });

test.each([
	['/app?a=%41+b&pulse_deployment=gone&&c', '/app?a=%41+b&&c'],
	['//evil.test?pulse_deployment=gone', '/.//evil.test'],
])(
	'a document of a deployment that is gone is found at the same address without the pin: %s (decision 27)',
	(url, location) => {
		for (const method of ['GET', 'HEAD']) {
			expect(answer(method, url, NAVIGATION)).toEqual({
				status: 302,
				headers: { 'x-pulse-stale-affinity': '1', 'cache-control': 'no-store', location },
				body: '',
			});
		}
	},
);

test('a person who cannot be sent there reads a page; programs and prefetches get JSON (R2.4)', () => {
	const form = answer('POST', '/pay?pulse_deployment=gone', NAVIGATION);
	expect([form.status, form.headers['content-type'], form.headers['cache-control']]).toEqual([
		409,
		'text/html; charset=utf-8',
		'no-store',
	]);
	expect(form.body).toMatch(/what you sent was not received.*<a href="\/pay">/s);
	for (const headers of [{ accept: '*/*' }, {}, { ...NAVIGATION, accept: '*/*', 'sec-purpose': 'prefetch' }]) {
		const { status, body } = answer('GET', '/?pulse_deployment=gone', headers);
		expect([status, JSON.parse(body)]).toEqual([409, { detail: 'stale affinity' }]);
	}
});
