import { createHash } from 'node:crypto';

/** In hex. */
export function sha256(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}

/** In hex; for names that were made so from the start. */
export function sha1(text: string): string {
	return createHash('sha1').update(text).digest('hex');
}
