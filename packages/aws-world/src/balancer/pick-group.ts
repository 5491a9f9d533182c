import type { TargetGroup } from '../elb/state.ts';
import { readCookie } from './read-cookie.ts';
import type { Forward } from './route.ts';

const NAMES = ['AWSALBTG', 'AWSALBTGCORS'] as const;
/** As of the cookies of targets: UNVERIFIED (docs/platform-facts/aws.md §1, Forward). */
const EXPIRY_SECONDS = 7 * 86_400;

export interface PickedGroup {
	readonly group: TargetGroup | undefined;
	readonly cookies: readonly string[];
}

/**
 * Of several groups the one that the request's cookie names, where the rule is sticky and has it, else one by weight. Also one
 * that is empty, or whose weight is 0 by now: the cookie goes before that.
 */
export function pickGroup(
	forward: Forward,
	cookies: string | undefined,
	now: number,
	random: () => number,
): PickedGroup {
	const { groups, stickySeconds } = forward;
	const [only] = groups;
	if (only === undefined) return { group: undefined, cookies: [] };
	if (groups.length === 1) return { group: only.group, cookies: [] };
	const named = stickySeconds === null ? undefined : namedGroup(forward, cookies, now);
	const group = named ?? byWeight(forward, random());
	return {
		group,
		cookies: stickySeconds === null || group === undefined ? [] : groupCookies(group, stickySeconds, now),
	};
}

function namedGroup({ groups }: Forward, cookies: string | undefined, now: number): TargetGroup | undefined {
	for (const [arn, until] of readCookie(cookies, NAMES)) {
		const found = groups.find(({ group }) => group?.arn === arn)?.group;
		if (found !== undefined && Number(until) >= now) return found;
	}
	return undefined;
}

function byWeight({ groups }: Forward, drawn: number): TargetGroup | undefined {
	let left = drawn * groups.reduce((sum, { weight }) => sum + weight, 0);
	return groups.find(({ weight }) => {
		left -= weight;
		return weight > 0 && left < 0;
	})?.group;
}

function groupCookies({ arn }: TargetGroup, seconds: number, now: number): string[] {
	const value = Buffer.from(`${arn}|${now + seconds * 1000}`).toString('base64url');
	const expires = new Date(now + EXPIRY_SECONDS * 1000).toUTCString();
	return [
		`AWSALBTG=${value}; Expires=${expires}; Path=/`,
		`AWSALBTGCORS=${value}; Expires=${expires}; Path=/; SameSite=None; Secure`,
	];
}
