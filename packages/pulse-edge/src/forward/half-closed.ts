import type { Socket } from 'node:net';
import { isRead } from '../node/is-read.ts';

/** A client that has ended its side and is told nothing for this long is taken to be gone. */
export const HALF_CLOSED_MS = 5_000;

/**
 * For a client socket's `end`. A client that has left, and one that only says that it asks nothing more, look the same
 * until something is written to it. So answers still go out, and the connection ends when none has for a while: a backend
 * that works on an answer without a reader would keep its connection, and its deployment, until the idle limit.
 */
export function leaveUnlessAnswered(this: Socket): void {
	let written = this.bytesWritten;
	const timer = setInterval(() => {
		if (this.bytesWritten === written) this.destroy();
		written = this.bytesWritten;
	}, HALF_CLOSED_MS);
	this.once('close', () => clearInterval(timer));
}

/**
 * A socket that is not being read, because its other side takes nothing, tells of no reset. A write does, even of nothing.
 * An end behind what is unread shows when the kernel's keep-alive probes meet a reset, a minute or two later. Without
 * `internals` every socket is asked: that costs a system call each, and no more.
 */
export function askWhetherGone(socket: Socket, internals: boolean): void {
	const read = internals && isRead(socket);
	if (read !== true && socket.writable && !socket.writableNeedDrain) socket.write('');
}
