import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { exchange, get } from '../testing/sockets.ts';

it('what a client wrote is logged short, on one line, and without its query', async () => {
	const { port, lines } = await startEdge({ active: null });
	await exchange(port, get(`/${'a'.repeat(30_000)}?token=secret`, [`X-Request-Id: ${'i'.repeat(20_000)}`]));
	await exchange(port, get('ftp://evil/?token=secret'));
	await exchange(port, get('/cb#access_token=secret'));
	await exchange(port, get('http://user:secret@evil/x'));
	await exchange(port, get('/_pulse/internal/x?token=secret'));
	const failures = lines.filter((line) => line.event === 'failure');
	expect(failures.map(({ cause, path }) => [cause, String(path).slice(0, 14)])).toEqual([
		['no-active', '/aaaaaaaaaaaaa'],
		['bad-request', 'ftp://evil/'],
		['no-active', '/cb'],
		['bad-request', 'http://evil/x'],
		['internal-path', '/_pulse/intern'],
	]);
	for (const line of failures) expect(JSON.stringify(line).length).toBeLessThan(2_000);
	expect(JSON.stringify(lines)).not.toContain('secret');
});
