/** `1 request`, `2 requests`. */
export function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `2 sockets, 1 request`; `null` for nothing. */
export function listed(...counts: readonly (readonly [number, string])[]): string | null {
	const parts = counts.filter(([count]) => count > 0).map(([count, noun]) => counted(count, noun));
	return parts.length === 0 ? null : parts.join(', ');
}

/** What holds a deployment that drains. */
export interface Holding {
	readonly renderSessions: number;
	/** Of those, tabs with what their users would lose. */
	readonly held: number;
	/** In the words of pages, printable. */
	readonly heldReasons: readonly string[];
	readonly requests: number;
	/** Event streams, downloads, uploads, long polls. */
	readonly streams: number;
	/** Of the app's own. */
	readonly websockets: number;
	/** Work that `app.busy` was given. */
	readonly jobs: number;
}

/** `2 tabs held ("unsaved draft"), 1 render session, 1 stream`; `null` for nothing. */
export function holdingText(holding: Holding): string | null {
	const { renderSessions, held, heldReasons, requests, streams, websockets, jobs } = holding;
	const why = heldReasons.length === 0 ? '' : ` (${heldReasons.map((reason) => JSON.stringify(reason)).join(', ')})`;
	const rest = listed(
		[renderSessions - held, 'render session'],
		[requests, 'request'],
		[streams, 'stream'],
		[websockets, 'websocket'],
		[jobs, 'job'],
	);
	if (held === 0) return rest;
	return [`${counted(held, 'tab')} held${why}`, ...(rest === null ? [] : [rest])].join(', ');
}
