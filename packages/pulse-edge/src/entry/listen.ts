import type { AddressInfo, Server } from 'node:net';
import { BACKLOG } from './backlog.ts';

/** Listens; rejects with Node's reason. `host` absent: every address, both families. Returns the port. */
export async function listenOn(server: Server, { port, host }: { port: number; host?: string }): Promise<number> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen({ port, backlog: BACKLOG, ...(host === undefined ? {} : { host }) }, () => {
			server.off('error', reject);
			resolve();
		});
	});
	return (server.address() as AddressInfo).port;
}
