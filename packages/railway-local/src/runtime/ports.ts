import { createServer } from 'node:net';

const given = new Map<number, number>();
const REST_MS = 30_000;

/**
 * Below what systems give to programs that ask for any port, on Linux from 32768: between this choice and the start of the process
 * that gets the port, another program would be given the very same one, and answer in its place.
 */
const FIRST = 20_000;
const LAST = 32_767;
const TRIES = 200;

/** A free loopback port that this process did not hand out within the last half minute. */
export async function freePort(): Promise<number> {
	for (let tries = 1; ; tries++) {
		const wanted = tries > TRIES ? 0 : FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
		const now = performance.now();
		if (now - (given.get(wanted) ?? Number.NEGATIVE_INFINITY) < REST_MS) continue;
		const port = await probe(wanted);
		if (port === null) continue;
		given.set(port, now);
		return port;
	}
}

/** `null` where something listens there. */
function probe(wanted: number): Promise<number | null> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.on('error', (error: NodeJS.ErrnoException) => (wanted === 0 ? reject(error) : resolve(null)));
		// Without a host: both families, because services bind `::`.
		server.listen(wanted, () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
		});
	});
}
