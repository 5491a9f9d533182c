/** Of tabs, what they said of themselves last. Those of older clients are in none of the numbers. */
export interface TabStates {
	readonly busy: number;
	readonly idle: number;
	readonly hidden: number;
	/** They have what their users would lose. */
	readonly held: number;
}

/** What runs in a deployment besides render sessions, each in one of the numbers. */
export interface InUseByReason {
	/** That will be answered at once. */
	readonly requests: number;
	/** Event streams, downloads, uploads, long polls. */
	readonly streams: number;
	/** Of the app's own. */
	readonly websockets: number;
	/** Work that `app.busy` was given. */
	readonly jobs: number;
}

/** Of those for which tabs are held, so many are shown. */
export const MAX_REASONS = 3;

/** What a deployment said about its render sessions, or why it said nothing. */
export type RenderSessions =
	| {
			readonly reachable: true;
			/** With or without a socket. */
			readonly total: number;
			/** That the numbers are of. Absent: one. */
			readonly replicas?: number;
			/** `null` from apps that do not tell. */
			readonly connected: number | null;
			/** The app's own opinion. */
			readonly drainable: boolean;
			/** Absent: an app that does not tell. */
			readonly tabs?: TabStates;
			/** Why tabs are held, `MAX_REASONS` at most; printable. */
			readonly heldReasons?: readonly string[];
			/** Absent: an app that does not tell. */
			readonly inUse?: InUseByReason;
			/** It tells the router of pages that fail. Absent: it does not, or not any more. */
			readonly tellsPageErrors?: true;
	  }
	| { readonly reachable: false; readonly detail: string };
