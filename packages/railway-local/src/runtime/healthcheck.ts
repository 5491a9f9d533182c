import { get } from 'node:http';

const EVERY_MS = 200;
const TRY_MS = 5_000;

/** Polls until 200 (facts §7). False when `timeoutMs` ran out; rejects with the signal's reason. */
export async function untilHealthy(
	port: number,
	path: string,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<boolean> {
	const deadline = performance.now() + timeoutMs;
	while (performance.now() < deadline) {
		signal.throwIfAborted();
		if ((await status(port, path, signal)) === 200) return true;
		await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
	}
	signal.throwIfAborted();
	return false;
}

function status(port: number, path: string, signal: AbortSignal): Promise<number | null> {
	return new Promise((resolve) => {
		const request = get(
			{
				host: '127.0.0.1',
				port,
				path,
				signal,
				agent: false,
				timeout: TRY_MS,
				headers: { host: 'healthcheck.railway.app', 'user-agent': 'RailwayHealthCheck/1.0' },
			},
			(response) => {
				response.resume();
				resolve(response.statusCode ?? null);
			},
		);
		request.on('timeout', () => request.destroy());
		request.on('error', () => resolve(null));
	});
}
