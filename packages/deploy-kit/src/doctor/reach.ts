import { lookup } from 'node:dns/promises';
import { connect as connectPlain } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { unlessAborted } from '../unless-aborted.ts';

/** How far an address was found to be reached. */
export interface Reached {
	/** That its name leads to. */
	readonly addresses: number;
	/** By https; the certificate was trusted then. */
	readonly secure: boolean;
}

const REACH_MS = 5_000;

/** By name, connection and certificate, from this machine; nothing is said there. Rejects where one of them fails. */
export async function reach({ hostname, port, protocol }: URL, signal: AbortSignal): Promise<Reached> {
	const host = hostname.replace(/^\[|\]$/g, '');
	const secure = protocol === 'https:';
	const within = AbortSignal.any([signal, AbortSignal.timeout(REACH_MS)]);
	const found = await told(within, lookup(host, { all: true }));
	await told(
		within,
		new Promise<void>((resolve, reject) => {
			const at = { host, port: Number(port || (secure ? 443 : 80)) };
			const socket = secure ? connectSecure({ ...at, servername: /[a-z]/i.test(host) ? host : '' }) : connectPlain(at);
			const end = () => socket.destroy();
			within.addEventListener('abort', end, { once: true });
			socket.once('close', () => within.removeEventListener('abort', end));
			socket.on('error', reject);
			socket.once(secure ? 'secureConnect' : 'connect', () => {
				resolve();
				end();
			});
		}),
	);
	return { addresses: found.length, secure };
}

/** By code alone: what a resolver or TLS says names the host, which may be the secret's. */
async function told<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
	try {
		return await unlessAborted(work, signal);
	} catch (error) {
		const { code, name } = error as NodeJS.ErrnoException;
		throw new Error(name === 'TimeoutError' ? 'no answer in time' : (code ?? 'it could not be reached'));
	}
}
