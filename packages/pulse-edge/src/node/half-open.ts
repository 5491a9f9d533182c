import type { Server } from 'node:http';

/**
 * Lets a client that has ended its side get the answers that are owed to it. Node knows how, and not from its options;
 * where it has another name for that, it ends the connection with its client's side.
 */
export function allowHalfOpen(server: Server): void {
	Object.assign(server, { httpAllowHalfOpen: true });
}
