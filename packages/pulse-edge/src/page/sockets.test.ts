import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { rawClient, startRawBackend } from '../testing/sockets.ts';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

const handshake = (target: string, headers: readonly string[] = []) =>
	`${[`GET ${target} HTTP/1.1`, 'Host: app.test', 'Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Key: ${KEY}`, 'Sec-WebSocket-Version: 13', ...headers].join('\r\n')}\r\n\r\n`;

async function versions(affinity: 'tab' | 'session' = 'tab') {
	const answers = (name: string) =>
		startRawBackend((socket, received) => {
			if (!received.endsWith('\r\n\r\n')) return;
			socket.write(
				`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\nX-Name: ${name}\r\n\r\n`,
			);
		});
	const old = await answers('old');
	const edge = await startEdge({
		deployments: { old: old.port, new: (await answers('new')).port },
		container: { affinity, healthPath: '/' },
	});
	edge.table.promote('new');
	const open = (target: string, headers?: string[]) =>
		rawClient(edge.port, handshake(target, headers)).until('\r\n\r\n');
	return { ...edge, open, old };
}

test('a websocket goes to the version of its page, and its app sees no pin (C1.2) (C1.3)', async () => {
	const { open, old } = await versions();
	expect(await open('/ws?a=1&pulse_deployment=old', ['Cookie: pulse_page=new; a=b'])).toContain('X-Name: old');
	expect(old.received[0]).toContain('GET /ws?a=1 HTTP/1.1');
	expect(old.received[0]).toContain('Cookie: a=b\r\n');
	expect(await open('/ws')).toContain('X-Name: new');
	expect(await open('/ws', ['Cookie: pulse_page=old'])).toContain('X-Name: old');
});

test('a websocket to a version that is gone is refused with the marker (C1.14)', async () => {
	const { open, table } = await versions();
	table.retire('old');
	const answer = await open('/ws?pulse_deployment=old');
	expect(answer).toContain('HTTP/1.1 410 Gone');
	expect(answer).toContain('x-pulse-stale-affinity: 1');
});
