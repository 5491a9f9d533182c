import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a caller knows the secret. Digests have one length, so that it takes the same time whatever was sent; without a secret no caller does. */
export function sameSecret(given: unknown, secret: string | null): boolean {
	if (secret === null || secret === '' || typeof given !== 'string') return false;
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(given), digest(secret));
}
