import { usageError } from 'pulse-deploy-kit/errors';
import { isLoopback } from 'pulse-deploy-kit/loopback';

/** `https://<domain>`; loopback names, with or without a port, are `http://`. */
export function originOfDomain(domain: string): string {
	return `${isLoopback(domain) ? 'http' : 'https'}://${domain}`;
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
	if (url.protocol === 'http:' && !isLoopback(url.host)) {
		throw usageError(`must be https, got '${text}'`);
	}
	return url.origin;
}
