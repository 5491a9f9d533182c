import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { exchange, get, startRawBackend } from '../testing/sockets.ts';
import { clientAddress, forwardedLines, publicHost } from './forwarded.ts';

const CLAIMED = {
	front: 'names-client' as const,
	for: '6.6.6.6',
	proto: 'https',
	host: 'public.test',
	port: '8443',
	realIp: '7.7.7.7',
};

it.each([
	'8.8.8.8',
	'100.63.255.255',
	'100.128.0.1',
	'172.15.0.1',
	'172.32.0.1',
	'192.169.0.1',
	'11.0.0.1',
	'::ffff:8.8.8.8',
	'2606:4700::1111',
	'fe00::1',
	'',
])('what %s says of others is not believed', (peer) => {
	const own = peer.replace('::ffff:', '');
	expect(forwardedLines(CLAIMED, 'app.test', peer)).toBe(
		`X-Forwarded-For: ${own}\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: app.test\r\n`,
	);
});

it.each([
	'127.0.0.1',
	'10.1.2.3',
	'100.64.0.1',
	'100.127.255.254',
	'172.16.0.1',
	'172.31.255.255',
	'192.168.1.1',
	'169.254.1.1',
	'::1',
	'::ffff:100.64.0.2',
	'fd12:3456::1',
	'fe80::1',
])("what %s says is passed on: Railway's edge and the private network are neighbours", (peer) => {
	const own = peer.replace('::ffff:', '');
	expect(forwardedLines(CLAIMED, 'app.test', peer)).toBe(
		`X-Forwarded-For: 6.6.6.6, 7.7.7.7, ${own}\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: public.test\r\n` +
			'X-Real-IP: 7.7.7.7\r\n',
	);
});

it('what only a client can have said of host, port, path, scheme or user reaches no backend, by any spelling', async () => {
	const backend = await startRawBackend((socket, received) => {
		if (received.endsWith('\r\n\r\n')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const claims = [
		'Forwarded: for=1.2.3.4;host=evil.test;proto=http',
		'X-Forwarded-Port: 666',
		'X-Forwarded-Prefix: /evil',
		'X-Forwarded-User: evil',
		'X_Forwarded_Prefix: /evil',
		'X_Forwarded-For: 6.6.6.6',
		'X_REAL_IP: 6.6.6.6',
		'X-Original-URL: /_pulse/internal/railway/evil',
		'x-rewrite-url: /_pulse/internal/railway/evil',
		'X-Original-Host: evil.test',
		'X-Script-Name: /evil',
		'X-Scheme: evil',
		'Front-End-Https: evil',
		// It may not be kept by calling it a matter of one hop either.
		'Connection: close, x-forwarded-port',
	];
	const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x', 'Sec-WebSocket-Version: 13'];
	const told = [
		'X-Forwarded-Proto: https',
		'X-Forwarded-Host: app.test',
		'X-Forwarded-For: 6.1.1.1',
		'X-Real-IP: 9.9.9.9',
	];
	const mine = ['X_Own: kept', 'X-Forwarder: kept'];
	await exchange(port, get('/', [...claims, ...told, ...mine]));
	await exchange(port, get('/live', [...claims, ...told, ...mine, ...upgrade]));
	expect(backend.received).toHaveLength(2);
	for (const head of backend.received) {
		expect(head).not.toMatch(/evil|666|6\.6\.6\.6|1\.2\.3\.4|forwarded:/i);
		for (const line of [...mine, ...told.slice(0, 2), 'X-Forwarded-For: 6.1.1.1, 9.9.9.9, 127.0.0.1'])
			expect(head).toContain(`${line}\r\n`);
	}
});

it('behind a load balancer that appends the client, the app gets its words as they are, and nothing that the client made up', async () => {
	const backend = await startRawBackend((socket, received) => {
		if (received.endsWith('\r\n\r\n')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
	});
	const { port } = await startEdge({ deployments: { v1: backend.port }, front: 'appends-client' });
	const appended = ['X-Forwarded-For: 6.6.6.6, 203.0.113.9', 'X-Forwarded-Proto: https', 'X-Forwarded-Port: 443'];
	await exchange(port, get('/', [...appended, 'X-Real-IP: 7.7.7.7', 'X-Forwarded-Host: evil.test']));
	const [head = ''] = backend.received;
	for (const line of [...appended, 'X-Forwarded-Host: app.test']) expect(head).toContain(`${line}\r\n`);
	expect(head).not.toMatch(/7\.7\.7\.7|evil|127\.0\.0\.1/);
});

it('behind such a load balancer the client is the last that it names, whatever the client says', () => {
	const given = { ...CLAIMED, front: 'appends-client', for: '6.6.6.6, 203.0.113.9' } as const;
	expect(clientAddress(given, '10.0.0.1')).toBe('203.0.113.9');
	expect(publicHost(given, 'app.test', '10.0.0.1')).toBe('app.test');
	expect(forwardedLines(given, 'app.test', '8.8.8.8')).toBe(
		'X-Forwarded-For: 8.8.8.8\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: app.test\r\n',
	);
});
