import type { Secret } from 'pulse-deploy-kit/secret';
import { isPlatformError } from './error.ts';
import type { TokenScope } from './port.ts';
import { shareWork } from './shared-work.ts';

/** `none` is for public reads only. */
export type AuthMode = 'bearer' | 'project-token' | 'none';

export function authHeaders(mode: AuthMode, token: Secret): Record<string, string> {
	if (mode === 'none') return {};
	if (mode === 'project-token') return { 'project-access-token': token.reveal() };
	return { authorization: `Bearer ${token.reveal()}` };
}

export interface Identity {
	readonly mode: 'bearer' | 'project-token';
	readonly scope: TokenScope | null;
}

/** Which kind of token this is, asked once: the header differs, and nothing in the token tells (contract R11.2). */
export interface Identification {
	/** Not asked for yet. */
	isOpen(): boolean;
	identify(signal: AbortSignal): Promise<Identity>;
}

/** `readScope` asks with the project token header. */
export function identifyOnce(
	readScope: (signal: AbortSignal) => Promise<TokenScope | null>,
	known: Identity | undefined,
): Identification {
	const asked = shareWork((signal) => probe(readScope, signal));
	return {
		isOpen: () => known === undefined && asked.isOpen(),
		identify: (signal) => (known === undefined ? asked.join(signal) : Promise.resolve(known)),
	};
}

async function probe(
	readScope: (signal: AbortSignal) => Promise<TokenScope | null>,
	signal: AbortSignal,
): Promise<Identity> {
	try {
		const scope = await readScope(signal);
		return scope === null ? { mode: 'bearer', scope } : { mode: 'project-token', scope };
	} catch (error) {
		// Only an answer says that it is no project token; silence, limits and outages say nothing.
		if (isPlatformError(error, 'unauthorized', 'not-found', 'rejected')) return { mode: 'bearer', scope: null };
		throw error;
	}
}
