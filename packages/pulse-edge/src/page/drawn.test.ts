import { describe, expect, test } from 'vitest';
import { ask, DOCUMENT } from '../testing/ask.ts';
import { startEdge } from '../testing/edge.ts';
import { startBackend } from '../testing/sockets.ts';

/** The edge of a task, which serves one version: who is in front has drawn the visitor (A8.5). */
async function task(side: 'canary' | 'active') {
	const backend = await startBackend((request, response) => {
		if (request.url === '/broken') response.statusCode = 500;
		response.setHeader('cache-control', 'public, max-age=600');
		response.setHeader('cdn-cache-control', 'max-age=60');
		response.setHeader('set-cookie', 'own=1');
		response.end('page');
	});
	const edge = await startEdge({
		deployments: { one: backend },
		container: { affinity: 'tab', healthPath: '/' },
	});
	const sample = { trials: 0, failures: 0 };
	edge.table.drawn = { rollout: 'r1', side, sample };
	return { sample, ask: (path: string, headers = {}) => ask(edge.port, path, { headers }) };
}

const NEW_PAGE = { ...DOCUMENT, 'sec-fetch-dest': 'document', 'x-forwarded-proto': 'https' };
const brings = (value: string) => ({ cookie: `other=1; pulse_canary=${value}` });

describe('a task whose visitors the load balancer draws (A8.5)', () => {
	test('tells a new page whose it is from then on, and caches that others may get another', async () => {
		const { ask, sample } = await task('canary');
		const { headers } = await ask('/', NEW_PAGE);
		expect(headers['set-cookie']?.join('\n')).toMatch(
			/own=1[\s\S]*pulse_canary=r1\.canary; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure/,
		);
		expect(headers['cache-control']).toBe('private, no-cache');
		expect(headers['cdn-cache-control']).toBeUndefined();
		expect(headers.vary).toContain('Cookie');
		expect(sample).toEqual({ trials: 1, failures: 0 });
	});

	test('counts what became of its own visitors, and of nobody else', async () => {
		const { ask, sample } = await task('active');
		await ask('/broken', { 'sec-fetch-dest': 'empty', ...brings('r1.active') });
		await ask('/app.js', { 'sec-fetch-dest': 'script', ...brings('r1.active') });
		expect(sample).toEqual({ trials: 2, failures: 1 });
		// A tab of the other version, a program, a page from before, another rollout's visitor with a part.
		await ask('/broken', { 'sec-fetch-dest': 'empty', ...brings('r1.canary') });
		await ask('/broken');
		await ask('/broken', { 'sec-fetch-dest': 'script' });
		await ask('/broken', { 'sec-fetch-dest': 'script', ...brings('r0.active') });
		expect(sample).toEqual({ trials: 2, failures: 1 });
		const again = await ask('/', { ...NEW_PAGE, ...brings('r1.active') });
		expect(again.headers['set-cookie']?.join()).not.toContain('pulse_canary');
		expect(again.headers['cache-control']).toBe('private, no-cache');
	});

	test('adds nothing to any answer while none runs, or to a page that names its version', async () => {
		const { ask, sample } = await task('canary');
		const { headers } = await ask('/?pulse_deployment=one', NEW_PAGE);
		expect(headers['set-cookie']?.join()).not.toContain('pulse_canary');
		expect(sample.trials).toBe(0);
	});
});
