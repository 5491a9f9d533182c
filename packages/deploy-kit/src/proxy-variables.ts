import { usageError } from './errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const;

/**
 * Whether this machine reaches others by a proxy (`HTTPS_PROXY`, `HTTP_PROXY`; `NO_PROXY` excepts names).
 * @throws usage error for a proxy that cannot be used; its address is not repeated, since it may hold a password
 */
export function usesProxy(env: Env): boolean {
	const given = VARIABLES.filter((name) => env[name]?.trim());
	for (const name of given) {
		const text = env[name] ?? '';
		const protocol = URL.canParse(text) ? new URL(text).protocol : null;
		if (protocol === 'http:' || protocol === 'https:') continue;
		throw usageError(
			`${name} is not the address of an HTTP proxy`,
			`Set it to one like http://proxy.example.com:3128, or unset it.`,
		);
	}
	return given.length > 0;
}

/** This very machine: no proxy is asked for it. `host` as in a URL, with or without port. */
export function isThisMachine(host: string): boolean {
	return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)(:\d+)?$/i.test(host);
}
