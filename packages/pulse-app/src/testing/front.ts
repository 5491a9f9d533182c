import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** One address for versions of an app: what names a version goes there, everything else to the active one. */
export async function front(ports: Readonly<Record<string, number>>, active: string) {
	const state = { active };
	const forward = (from: IncomingMessage) => {
		const named = new URL(from.url ?? '', 'http://x').searchParams.getAll('pulse_deployment').at(-1) ?? state.active;
		const { method, headers, url: path } = from;
		return request({ host: '127.0.0.1', port: ports[named], method, headers, path, agent: false });
	};
	const server = createServer((from, answer) => {
		const to = forward(from);
		to.on('response', (response) => response.pipe(answer.writeHead(response.statusCode ?? 502, response.headers)));
		to.on('error', () => answer.destroy());
		from.pipe(to);
	});
	server.on('upgrade', (from, near, head) => {
		const to = forward(from);
		to.on('upgrade', (response, far, first) => {
			const lines = response.rawHeaders.map((text, at) => text + (at % 2 === 0 ? ': ' : '\r\n')).join('');
			near.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`);
			near.write(first);
			far.write(head);
			near.pipe(far).pipe(near);
			for (const side of [near, far]) side.on('error', () => {});
			near.on('close', () => far.destroy());
			far.on('close', () => near.destroy());
		});
		to.on('error', () => near.destroy());
		to.end();
	});
	await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		switchTo: (name: string) => (state.active = name),
	};
}
