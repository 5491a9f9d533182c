import { createServer } from 'node:net';

const given = new Map<number, number>();
const REST_MS = 30_000;

/** A free loopback port that this process did not hand out within the last half minute. */
export async function freePort(): Promise<number> {
	for (;;) {
		const port = await probe();
		const now = performance.now();
		if (now - (given.get(port) ?? Number.NEGATIVE_INFINITY) < REST_MS) continue;
		given.set(port, now);
		return port;
	}
}

function probe(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.on('error', reject);
		// Without a host: both families, because services bind `::`.
		server.listen(0, () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
		});
	});
}
