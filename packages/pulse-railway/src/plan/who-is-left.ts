import { counted } from 'pulse-deploy-kit/holding-text';
import type { TabStates } from '../backends/render-sessions.ts';
import type { ControlStatus } from '../control/status.ts';

/** Who is on a deployment, by state where its pages tell; `null` where that is not known. */
export interface WhoIsLeft {
	/** Tabs of a container app, render sessions of a Pulse app. */
	readonly pages: number | null;
	/** Their users work in them; container apps do not tell. */
	readonly busy: number | null;
	/** Shown. */
	readonly idle: number | null;
	readonly hidden: number | null;
	/** Their users would lose something. */
	readonly held: number | null;
	readonly sockets: number;
	readonly requests: number;
}

export function whoIsLeft(
	{ snapshot, activity, sessions }: Pick<ControlStatus, 'snapshot' | 'activity' | 'sessions'>,
	id: string,
): WhoIsLeft {
	const seen = activity.find((candidate) => candidate.id === id);
	const open = { sockets: seen?.sockets ?? 0, requests: seen?.inFlight ?? 0 };
	if (snapshot.deployments.find((record) => record.id === id)?.container !== undefined) {
		const { tabs = 0, tabsBy } = seen ?? {};
		const by = tabs === 0 ? { held: 0, hidden: 0 } : tabsBy;
		if (by === undefined) return { ...UNTOLD, pages: tabs, ...open };
		return { ...UNTOLD, ...by, pages: tabs, idle: tabs - by.held - by.hidden, ...open };
	}
	const answer = sessions[id];
	if (answer?.reachable !== true) return { ...UNTOLD, ...open };
	return { ...UNTOLD, ...answer.tabs, pages: answer.total, ...open };
}

export const UNTOLD = { pages: null, busy: null, idle: null, hidden: null, held: null };

/** `null` where its pages do not tell. */
export function tabStates({ busy, idle, hidden, held }: WhoIsLeft): TabStates | null {
	return idle === null || hidden === null || held === null ? null : { busy: busy ?? 0, idle, hidden, held };
}

/** All that is open; `null` where that is not known. */
export function countLeft({ pages, sockets, requests }: WhoIsLeft): number | null {
	return pages === null && sockets + requests === 0 ? null : (pages ?? 0) + sockets + requests;
}

/** `3 pages (1 busy, 2 hidden), 2 sockets`. */
export function leftText(left: WhoIsLeft): string {
	if (countLeft(left) === 0) return 'nobody';
	const states = (['held', 'busy', 'idle', 'hidden'] as const).flatMap((state) =>
		left[state] ? [`${left[state]} ${state}`] : [],
	);
	const pages = left.pages === null ? 'an unknown number of pages' : counted(left.pages, 'page');
	return [
		...(left.pages === 0 ? [] : [`${pages}${states.length === 0 ? '' : ` (${states.join(', ')})`}`]),
		...(left.sockets === 0 ? [] : [counted(left.sockets, 'socket')]),
		...(left.requests === 0 ? [] : [`${counted(left.requests, 'request')} in flight`]),
	].join(', ');
}
