import { connect, type Socket } from 'node:net';
import { CONTAINER_PORT } from '../protocol.ts';
import type { Unreachable } from './holders.ts';

/** Tasks of a stack are in one network. */
const DIAL_MS = 2_000;
/** One that vanished with its machine says nothing, and on a stream nothing else would notice. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 15_000 };

/** A connection to the app of another task, or why there is none. */
export function dial(address: string): Promise<Socket | Unreachable> {
	return new Promise((resolve) => {
		const socket = connect({ host: address, port: CONTAINER_PORT, noDelay: true, ...KEEP_ALIVE });
		const timer = setTimeout(() => socket.destroy(), DIAL_MS);
		let why: Unreachable = 'silent';
		socket.once('error', ({ code }: NodeJS.ErrnoException) => {
			if (code === 'ECONNREFUSED') why = 'refused';
		});
		socket.once('close', () => {
			clearTimeout(timer);
			resolve(why);
		});
		socket.once('connect', () => {
			clearTimeout(timer);
			resolve(socket);
		});
	});
}
