import { createHmac, timingSafeEqual } from 'node:crypto';
import { CONTROL_NONCE_HEADER, CONTROL_SIGNATURE_HEADER, CONTROL_TIMESTAMP_HEADER } from '../protocol.ts';

/** How far the two clocks may differ, either way. */
export const CONTROL_WINDOW_SECONDS = 60;

export type ControlHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Stamp {
	/** Unix seconds, decimal. */
	readonly timestamp: string;
	/** 32 lowercase hex characters, never used before. */
	readonly nonce: string;
}

export function signControl(secret: string, { timestamp, nonce }: Stamp, body: Buffer): Record<string, string> {
	return {
		[CONTROL_TIMESTAMP_HEADER]: timestamp,
		[CONTROL_NONCE_HEADER]: nonce,
		[CONTROL_SIGNATURE_HEADER]: signature(secret, { timestamp, nonce }, body).toString('hex'),
	};
}

/** The nonce, still to be claimed, of a request signed within the window; else `null`. `now` in Unix milliseconds. */
export function verifyControl(secret: string, headers: ControlHeaders, body: Buffer, now: number): string | null {
	const timestamp = only(headers[CONTROL_TIMESTAMP_HEADER], /^\d{1,12}$/);
	const nonce = only(headers[CONTROL_NONCE_HEADER], /^[0-9a-f]{32}$/);
	const signed = only(headers[CONTROL_SIGNATURE_HEADER], /^[0-9a-f]{64}$/);
	// Any client can sign with an empty key.
	if (secret === '' || timestamp === null || nonce === null || signed === null) return null;
	const expected = signature(secret, { timestamp, nonce }, body);
	if (!timingSafeEqual(expected, Buffer.from(signed, 'hex'))) return null;
	return Math.abs(now / 1000 - Number(timestamp)) <= CONTROL_WINDOW_SECONDS ? nonce : null;
}

function signature(secret: string, { timestamp, nonce }: Stamp, body: Buffer): Buffer {
	return createHmac('sha256', secret).update(`${timestamp}\n${nonce}\n`).update(body).digest();
}

function only(value: string | readonly string[] | undefined, shape: RegExp): string | null {
	return typeof value === 'string' && shape.test(value) ? value : null;
}
