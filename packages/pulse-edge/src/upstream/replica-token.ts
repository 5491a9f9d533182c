import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Address } from './network.ts';

/** Characters of a token: 132 bits of its digest. */
const LENGTH = 22;
const TOKEN = /^[\w-]{22}$/;

/**
 * What pages call the replica that holds their session (`pulse_replica`): it says nothing to those who lack the secret, and is
 * never taken for an address. Who routes makes it of each address that there is, and takes the equal one ({@link replicaOf}).
 * @param secret what router and backends of the deployment share; on AWS what its tasks do
 * @param address where the replica listens, an IP address in the form in which the router finds it
 */
export function replicaToken(secret: string, { host, port }: Address): string {
	return digest(secret, 'pulse-replica', `${host.toLowerCase()}\0${port}`);
}

/** The one of `replicas` that a request names. Compared in constant time, whatever was sent. */
export function replicaOf<Replica extends { readonly token: string }>(
	replicas: readonly Replica[],
	asked: string,
): Replica | null {
	if (!isReplicaToken(asked)) return null;
	const wanted = Buffer.from(asked);
	let found: Replica | null = null;
	for (const replica of replicas) if (timingSafeEqual(Buffer.from(replica.token), wanted)) found = replica;
	return found;
}

/** Anything else that a client sends in its place is no token, and means nothing. */
export function isReplicaToken(text: string): boolean {
	return text.length === LENGTH && TOKEN.test(text);
}

/**
 * What the router tells a replica with a request: as which it knows it. The replica cannot know by which of its addresses it
 * is found, and a client that repeats a token cannot make it believe that it was another.
 */
export function replicaWord(secret: string, token: string): string {
	return `${token}.${digest(secret, 'pulse-replica-word', token)}`;
}

/** The token that such a word tells; `null` where it is not from one who has the secret. */
export function readReplicaWord(secret: string, word: string): string | null {
	const token = word.slice(0, LENGTH);
	if (word.length !== 2 * LENGTH + 1 || !isReplicaToken(token)) return null;
	const expected = Buffer.from(replicaWord(secret, token));
	const given = Buffer.from(word);
	return given.length === expected.length && timingSafeEqual(given, expected) ? token : null;
}

function digest(secret: string, purpose: string, text: string): string {
	return createHmac('sha256', secret).update(`${purpose}\0${text}`).digest('base64url').slice(0, LENGTH);
}
