import type { Socket } from 'node:net';

/** What is beneath a connected socket, which the types leave out. */
interface Handled {
	readonly _handle?: { readonly reading?: boolean } | null;
}

/** Whether a socket's reads go on, whatever paused them; `undefined` where this Node does not say. */
export function isRead(socket: Socket): boolean | undefined {
	return (socket as Handled)._handle?.reading;
}
