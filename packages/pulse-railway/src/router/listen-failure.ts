import { DeployToolError } from 'pulse-deploy-kit/errors';

/** Why the router does not listen, and whose turn it is. */
export function notListening(error: NodeJS.ErrnoException, port: number): Error {
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
