import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** On a request that another task has passed on: proof that it has the deployment's secret and means this one. */
export const HOP_HEADER = 'x-pulse-replica-hop';

/** What tasks of one deployment share: the app's own secret, or that of the task definition. */
export function deploymentKey(secret: string, deploymentId: string): string {
	return createHmac('sha256', secret).update(`pulse-aws-replicas\0${deploymentId}`).digest('base64url');
}

/** For a request that is passed on to the task of this token. */
export function hopProof(key: string, token: string): string {
	return createHmac('sha256', key).update(`pulse-replica-hop\0${token}`).digest('base64url');
}

/**
 * Whether another task has passed the request on to the task of this token. The header is taken away, also where a client made
 * it up: the app never sees it, and it never travels further.
 */
export function takeHop(request: IncomingMessage, key: string, token: string): boolean {
	const given = request.headers[HOP_HEADER];
	if (given === undefined) return false;
	delete request.headers[HOP_HEADER];
	delete request.headersDistinct[HOP_HEADER];
	const { rawHeaders } = request;
	for (let at = rawHeaders.length - 2; at >= 0; at -= 2)
		if (rawHeaders[at]?.toLowerCase() === HOP_HEADER) rawHeaders.splice(at, 2);
	const expected = Buffer.from(hopProof(key, token));
	const proof = Buffer.from(String(given));
	return proof.length === expected.length && timingSafeEqual(proof, expected);
}
