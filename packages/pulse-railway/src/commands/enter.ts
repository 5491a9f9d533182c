import type { Invocation } from 'pulse-deploy-kit/command';
import type { Secret } from 'pulse-deploy-kit/secret';
import type { Session } from '../adapters/session.ts';

/** What a command needs to know before Railway is asked anything. */
interface Request {
	readonly token: Secret | undefined;
}

/**
 * The way into every command, for the command line and the public API alike: the request is read from flags, environment and
 * plugin, and the command runs in a session of its own.
 */
export async function enter<R extends Request, T>(
	invocation: Invocation,
	read: (invocation: Invocation) => R | Promise<R>,
	command: (session: Session, request: R) => Promise<T>,
): Promise<T> {
	const request = await read(invocation);
	const { withSession } = await import('../adapters/session.ts');
	return withSession({ ...invocation, token: request.token }, (session) => command(session, request));
}
