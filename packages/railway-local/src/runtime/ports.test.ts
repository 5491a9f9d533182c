import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './ports.ts';

test('a service gets a port that no program is given which asks for any', async () => {
	const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
	expect(new Set(ports).size).toBe(50);
	expect(Math.max(...ports)).toBeLessThan(32_768);
	const server = createServer().listen(ports[0], '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	await new Promise((resolve) => server.close(resolve));
});
