import type { AddressInfo, Server } from 'node:net';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { BACKLOG } from '../backlog.ts';

/** Listens; rejects with the reason by its name. `host` absent: every address, both families. Returns the port. */
export async function listenOn(server: Server, { port, host }: { port: number; host?: string }): Promise<number> {
	await new Promise<void>((resolve, reject) => {
		const fail = (error: NodeJS.ErrnoException) => reject(notListening(error, port));
		server.once('error', fail);
		server.listen({ port, backlog: BACKLOG, ...(host === undefined ? {} : { host }) }, () => {
			server.off('error', fail);
			resolve();
		});
	});
	return (server.address() as AddressInfo).port;
}

function notListening(error: NodeJS.ErrnoException, port: number): Error {
	const next = NEXT[error.code ?? ''];
	if (next === undefined) return error;
	const [what, turn] = next(port);
	return new DeployToolError('router-listen', what, { fault: 'user', next: turn, cause: error });
}

const OTHER_PORT = 'or give the router another port with PORT.';

const NEXT: Readonly<Record<string, (port: number) => [string, string]>> = {
	EADDRINUSE: (port) => [
		`port ${port} is already in use`,
		`End the process that listens there (lsof -i :${port} names it), ${OTHER_PORT}`,
	],
	EACCES: (port) => [`port ${port} may not be opened by this user`, `Run the router as a user that may, ${OTHER_PORT}`],
	EMFILE: (port) => [
		`port ${port} could not be opened: this process has no file descriptors left`,
		'Raise its limit (ulimit -n).',
	],
	ENFILE: (port) => [
		`port ${port} could not be opened: this machine has no file descriptors left`,
		'End what holds them, or raise the limit of the machine (sysctl fs.file-max).',
	],
};
