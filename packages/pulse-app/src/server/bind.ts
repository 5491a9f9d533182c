import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PulseError } from '../errors.ts';

/** Connections that may wait to be accepted: as many as the kernel allows. Tabs come back all at once, and Node's 511 lets some be turned away. */
const BACKLOG = 65_535;

/** Listens, on all IPv4 addresses where `::` is asked for and the machine has no IPv6. */
export async function bind(server: Server, port: number, address: string): Promise<AddressInfo> {
	try {
		return await listen(server, port, address);
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (address === '::' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) {
			return bind(server, port, '0.0.0.0');
		}
		throw explain(code, port, address, error);
	}
}

function listen(server: Server, port: number, address: string): Promise<AddressInfo> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen({ port, host: address, backlog: BACKLOG }, () => {
			server.off('error', reject);
			resolve(server.address() as AddressInfo);
		});
	});
}

function explain(code: string | undefined, port: number, address: string, cause: unknown): unknown {
	if (code === 'EADDRINUSE') {
		return new PulseError('port-taken', `Port ${port} is taken.`, {
			next: `Stop what listens there, or choose another: --port ${port + 1}`,
			cause,
		});
	}
	if (code === 'EACCES') {
		return new PulseError('port-forbidden', `Port ${port} may not be used by this user.`, {
			next: 'Choose a port above 1023, e.g. --port 8000',
			cause,
		});
	}
	if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL') {
		return new PulseError('no-such-address', `This machine has no address '${address}'.`, {
			next: 'Listen on all addresses: --address ::',
			cause,
		});
	}
	return cause;
}
