import { sha256 } from '../deployments/digest.ts';

/**
 * Proves that a domain leads to this load balancer. Made of strings that are known before the stack is, and of a salt
 * kept in the stack's outputs, so that no account can guess another's path.
 */
export function verificationToken(parts: { name: string; account: string; region: string; salt: string }): string {
	const text = [parts.name, parts.account, parts.region, parts.salt].join(':');
	return sha256(text).slice(0, 16);
}

/** What the load balancer's verification rule answers. */
export function verificationBody(token: string): string {
	return JSON.stringify({ status: 'ok', token, service: 'pulse-alb-verify' });
}
