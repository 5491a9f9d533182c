import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
/** Also the associated data of every seal, so that no other use of the key could be taken for one. */
const LABEL = 'pulse.handoff.1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts and authenticates what is kept in a store that others may read, for one place there. */
export interface Seal {
	close(text: string, place: string): string;
	/** `null`: of no secret that we have, of another place, or changed. */
	open(sealed: string, place: string): string | null;
}

/** The first secret closes, all open. */
export function createSeal(secrets: readonly [string, ...string[]]): Seal {
	const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', LABEL, 32)));
	const bound = (place: string) => Buffer.from(`${LABEL}|${place}`);
	const openBy = (key: Buffer, bytes: Buffer, place: string) => {
		const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
		decipher.setAAD(bound(place)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
		return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString();
	};
	return {
		close: (text, place) => {
			const nonce = randomBytes(NONCE_BYTES);
			const cipher = createCipheriv(CIPHER, keys[0] as Buffer, nonce, { authTagLength: TAG_BYTES }).setAAD(
				bound(place),
			);
			const content = Buffer.concat([cipher.update(text), cipher.final()]);
			return Buffer.concat([nonce, cipher.getAuthTag(), content]).toString('base64');
		},
		open: (sealed, place) => {
			const bytes = Buffer.from(sealed, 'base64');
			for (const key of keys) {
				try {
					return openBy(key, bytes, place);
				} catch {
					// Of another secret, perhaps.
				}
			}
			return null;
		},
	};
}
