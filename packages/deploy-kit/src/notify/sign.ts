import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Secret } from '../secret.ts';

/** A new secret as the Standard Webhooks specification writes it. */
export function newSigningSecret(): Secret {
	return new Secret(`whsec_${randomBytes(32).toString('base64')}`);
}

/** The same for the same thing of the same stack: receivers know by it what they have had. */
export function webhookId(scope: string, key: string): string {
	return `msg_${createHash('sha256').update(`${scope}\n${key}`).digest('hex').slice(0, 32)}`;
}

/** Tells destinations apart, and none of them. */
export function fingerprint(secret: Secret): string {
	return createHash('sha256').update(secret.reveal()).digest('hex').slice(0, 16);
}

/** @param now Unix milliseconds, of this attempt: receivers refuse what was signed long ago */
export function signedHeaders(secret: Secret, id: string, now: number, body: string): Record<string, string> {
	const timestamp = String(Math.floor(now / 1000));
	const key = Buffer.from(secret.reveal().replace(/^whsec_/, ''), 'base64');
	const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
	return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
