import { createHash, randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Peer } from './peers/peer.ts';

/** Throws unless the peer passes on what it is later timed with. */
export async function verify({ name, port }: Peer): Promise<void> {
	const origin = `http://127.0.0.1:${port}`;
	const small = await fetch(`${origin}/`);
	expect(name, 'small answer', small.status === 200 && (await small.json()).hello === 'world');
	const megabyte = Buffer.from(await (await fetch(`${origin}/megabyte`)).arrayBuffer());
	expect(name, 'megabyte', megabyte.equals(Buffer.alloc(1_000_000, 'm')));
	const body = randomBytes(300_000);
	const echo = Buffer.from(await (await fetch(`${origin}/echo`, { method: 'POST', body })).arrayBuffer());
	expect(name, 'upload', sha(echo) === sha(body));
	expect(name, 'websocket', await echoes(`ws://127.0.0.1:${port}/ws`));
}

function echoes(url: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = new WebSocket(url, { perMessageDeflate: false });
		socket.on('open', () => socket.send('hello'));
		socket.on('message', (data) => {
			resolve(String(data) === 'hello');
			socket.close();
		});
		socket.on('error', () => resolve(false));
	});
}

function expect(peer: string, what: string, holds: boolean): void {
	if (!holds) throw new Error(`${peer} does not pass on a ${what} correctly: not timed`);
}

function sha(data: Buffer): string {
	return createHash('sha256').update(data).digest('hex');
}
