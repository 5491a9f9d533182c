import type { InUseByReason, RenderSessions } from '../backends/render-sessions.ts';

type Said = Extract<RenderSessions, { reachable: true }>;

/** `2 tabs held ("unsaved draft"), 1 render session, 1 stream`; `null` for nothing, and from an app that does not tell. */
export function whatHolds({ total, tabs, heldReasons = [], inUse }: Said): string | null {
	if (inUse === undefined) return null;
	const held = Math.min(tabs?.held ?? 0, total);
	const why = heldReasons.length === 0 ? '' : ` (${heldReasons.map((reason) => JSON.stringify(reason)).join(', ')})`;
	const parts = [
		held === 0 ? null : `${counted(held, 'tab')} held${why}`,
		total === held ? null : counted(total - held, 'render session'),
		byReason(inUse),
	].filter((part) => part !== null);
	return parts.length === 0 ? null : parts.join(', ');
}

/** `1 request, 2 streams, 1 websocket, 1 job`; `null` for nothing. */
export function byReason({ requests, streams, websockets, jobs }: InUseByReason): string | null {
	return listed([requests, 'request'], [streams, 'stream'], [websockets, 'websocket'], [jobs, 'job']);
}

/** `2 sockets, 1 request`; `null` for nothing. */
export function listed(...counts: readonly (readonly [number, string])[]): string | null {
	const parts = counts.filter(([count]) => count > 0).map(([count, noun]) => counted(count, noun));
	return parts.length === 0 ? null : parts.join(', ');
}

function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
