import { usageError } from 'pulse-deploy-kit/errors';

/**
 * The public origin of an app, as browsers have it. An app that starts under another one refuses to, in a task that ECS
 * starts again and again.
 * @throws usage error for anything but an https origin
 */
export function parseServerAddress(what: string, raw: string): string {
	const text = raw.trim();
	const url = URL.canParse(text) ? new URL(text) : null;
	const next = 'Pass the public origin alone, e.g. https://app.example.com.';
	if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
		throw usageError(`${what} '${hidden(url, text)}' is not an address`, next);
	}
	if (url.protocol !== 'https:') throw usageError(`${what} '${url.origin}' must be https`, next);
	if (url.username !== '' || url.password !== '') throw usageError(`${what} must hold no user or password`, next);
	if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
		throw usageError(`${what} '${text}' must be an origin, without a path`, next);
	}
	return url.origin;
}

/** What is not http may hold a password all the same. */
function hidden(url: URL | null, text: string): string {
	return url === null || url.password === '' ? text : `${url.protocol}//…`;
}
