import { usageError } from 'pulse-deploy-kit/errors';

/** `https://<domain>`; loopback names, with or without a port, are `http://`. */
export function originOfDomain(domain: string): string {
	return `${isLoopbackHost(domain) ? 'http' : 'https'}://${domain}`;
}

/**
 * A public address as a user gives it: an origin, https unless it is loopback, because cookies travel there.
 * Returned without a trailing slash.
 */
export function parseOrigin(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined || !/^https?:$/.test(url.protocol)) {
		throw new Error(`must be an address like https://app.example.com, got '${text}'`);
	}
	if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
		throw new Error(`must be an address without path, query or user, got '${text}'`);
	}
	if (url.protocol === 'http:' && !isLoopbackHost(url.host)) {
		throw usageError(`must be https, got '${text}'`);
	}
	return url.origin;
}

export function isLoopbackHost(host: string): boolean {
	return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}
