import type { Sample } from '../forward/samples.ts';
import { CANARY_COOKIE } from '../protocol.ts';

/**
 * What a process that serves one version alone knows of a canary: who is in front of it has drawn the visitor, and tells
 * browsers apart from then on by the cookie that is set here.
 */
export interface Drawn {
	/** Names the rollout: a cookie of another one counts for nothing. */
	readonly rollout: string;
	/** Which of the two versions is served here. */
	readonly side: string;
	/** Of visitors that were drawn for it. */
	readonly sample: Sample;
}

export interface DrawnVisit {
	/** The cookie's value to set; `null` where the browser has it. */
	readonly written: string | null;
}

/**
 * `null`: not of a visitor that was drawn for this version.
 * @param cookies the `Cookie` headers
 * @param opensPage a new page, which was drawn where it brings no cookie
 */
export function drawnVisit(drawn: Drawn, cookies: readonly string[], opensPage: boolean): DrawnVisit | null {
	const side = sideIn(drawn.rollout, cookies);
	if (side !== null) return side === drawn.side ? { written: null } : null;
	return opensPage ? { written: `${drawn.rollout}.${drawn.side}` } : null;
}

/** The first of this rollout: a sibling domain may have set another one. */
function sideIn(rollout: string, cookies: readonly string[]): string | null {
	for (const cookie of cookies) {
		if (!cookie.includes(CANARY_COOKIE)) continue;
		for (const pair of cookie.split(';')) {
			const [name = '', value = ''] = pair.split('=', 2);
			const [of, side] = value.trim().split('.', 2);
			if (name.trim() === CANARY_COOKIE && of === rollout && side) return side;
		}
	}
	return null;
}
