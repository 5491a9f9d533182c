import { headerOf } from '../raw-headers.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';

/** A page, by its type: no asset is one, whatever its status says. */
export function isMarkup({ status, headers }: ResponseHead): boolean {
	if (status !== 200 && status !== 206) return false;
	const type = headerOf(headers, 'content-type');
	return type !== undefined && /^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i.test(type);
}

/**
 * By its first bytes: scripts and pictures that careless servers send as `text/html` work in browsers, and have to go on
 * working. What is compressed is believed to be what its type says.
 */
export function bodyIsMarkup({ headers }: ResponseHead, chunk: Buffer): boolean {
	const coding = headerOf(headers, 'content-encoding');
	return (
		(coding !== undefined && coding !== 'identity') ||
		/^(?:\xef\xbb\xbf)?\s*(?:<|$)/.test(chunk.toString('latin1', 0, 256))
	);
}
