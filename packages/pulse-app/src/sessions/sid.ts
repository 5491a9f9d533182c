import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const RANDOM_BYTES = 10;
const MAC_BYTES = 6;

/**
 * Session ids: 32 hex characters, made by servers only. With a secret the last 12 are a MAC over the rest, so that every
 * deployment that shares the secret recognises an id that another one made, without a common store. That keeps a tab of an
 * older deployment working after a newer one has seen the same browser, and still refuses ids that a client made up.
 */
export interface SidIssuer {
	issue(): string;
	/** False for anything that is not signed by one of the secrets. */
	recognises(sid: string): boolean;
	/** Whether ids carry a MAC at all. */
	readonly signs: boolean;
}

/** The first secret signs, all are accepted. */
export function createSidIssuer(secrets: readonly string[]): SidIssuer {
	const keys = secrets.map((secret) => createHmac('sha256', secret).update('pulse.sid').digest());
	const signer = keys[0];
	return {
		signs: signer !== undefined,
		issue: () => {
			if (signer === undefined) return randomBytes(RANDOM_BYTES + MAC_BYTES).toString('hex');
			const random = randomBytes(RANDOM_BYTES);
			return Buffer.concat([random, mac(signer, random)]).toString('hex');
		},
		recognises: (sid) => {
			if (!isSid(sid)) return false;
			const bytes = Buffer.from(sid, 'hex');
			const random = bytes.subarray(0, RANDOM_BYTES);
			return keys.some((key) => timingSafeEqual(mac(key, random), bytes.subarray(RANDOM_BYTES)));
		},
	};
}

export function isSid(text: string): boolean {
	return /^[0-9a-f]{32}$/.test(text);
}

function mac(key: Buffer, random: Buffer): Buffer {
	return createHmac('sha256', key).update(random).digest().subarray(0, MAC_BYTES);
}
