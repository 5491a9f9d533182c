import type { Target, TargetGroup } from '../elb/state.ts';
import { readCookie } from './read-cookie.ts';

const NAMES = ['AWSALB', 'AWSALBCORS'] as const;
/** The cookie's own expiry is fixed, whatever duration the group has (docs/platform-facts/aws.md §1). */
const EXPIRY_SECONDS = 7 * 86_400;

/**
 * The target (`ip:port`) that the request's cookie names. One cookie name serves all groups: a client that alternates
 * between two groups loses its stickiness, as on AWS. A cookie that cannot be read is ignored.
 */
export function stuckTarget(group: TargetGroup, cookies: string | undefined, now: number): string | undefined {
	for (const [arn, target, until] of readCookie(cookies, NAMES)) {
		if (arn === group.arn && Number(until) >= now) return target;
	}
	return undefined;
}

/** Set again on every answer. `now` is the world's time. */
export function stickyCookies(group: TargetGroup, target: Target, now: number): string[] {
	const seconds = Number(group.attributes.get('stickiness.lb_cookie.duration_seconds'));
	const value = Buffer.from(`${group.arn}|${target.id}:${target.port}|${now + seconds * 1000}`).toString('base64url');
	const expires = new Date(now + EXPIRY_SECONDS * 1000).toUTCString();
	return [
		`AWSALB=${value}; Expires=${expires}; Path=/`,
		`AWSALBCORS=${value}; Expires=${expires}; Path=/; SameSite=None; Secure`,
	];
}
