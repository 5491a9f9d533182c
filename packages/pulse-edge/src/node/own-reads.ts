import { type OnReadOpts, Socket } from 'node:net';

/** Bytes that one read brings at most. */
export const READ_SIZE = 65_536;

/**
 * Every read of a socket that is ours to read lands here: a read is consumed before the next one can happen, so nothing is
 * allocated for it. A sink that keeps bytes beyond the call copies them.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(READ_SIZE);

/** For a socket's `onread`. `sink` gets bytes that are valid only during the call; false from it stops the reading. */
export function readsInto(sink: (chunk: Buffer) => unknown): OnReadOpts {
	return { buffer: READ_BUFFER, callback: (bytes, buffer) => sink((buffer as Buffer).subarray(0, bytes)) !== false };
}

/** Node's names for what `onread` sets on a socket; undefined in a Node that has others. */
const [BUFFER, CALLBACK] = ['kBuffer', 'kBufferCb'].map((name) =>
	Object.getOwnPropertySymbols(new Socket()).find(({ description }) => description === name),
);

/** What is beneath a connected socket, which the types leave out. */
interface Handled {
	readonly _handle?: { useUserBuffer?(buffer: Uint8Array): void } | null;
}

/**
 * From here on the reads of a server's `socket` go to `sink`, as those of `readsInto`; returned is what it had read
 * before. Node's server offers no `onread`, and each read of its own allocates, which costs more than all else that a
 * websocket message needs (`npm run bench`). So this sets what `onread` would have set; in a Node that has changed that,
 * and with `internals` off, plain events take its place.
 */
export function readInto(socket: Socket, sink: (chunk: Buffer) => unknown, internals = true): Buffer | null {
	const handle = (socket as Handled)._handle;
	if (!internals || BUFFER === undefined || CALLBACK === undefined || !handle?.useUserBuffer) {
		socket.on('data', sink);
		// One that was paused stays so with a new listener.
		socket.resume();
		return null;
	}
	const ahead: Buffer | null = socket.read();
	const { buffer, callback } = readsInto(sink);
	Object.assign(socket, { [BUFFER]: buffer, [CALLBACK]: callback });
	handle.useUserBuffer(READ_BUFFER);
	socket.resume();
	return ahead;
}
