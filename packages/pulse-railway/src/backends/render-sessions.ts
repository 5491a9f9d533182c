/** Of tabs, what they said of themselves last. Those of older clients are in none of the numbers. */
export interface TabStates {
	readonly busy: number;
	readonly idle: number;
	readonly hidden: number;
	/** They have what their users would lose. */
	readonly held: number;
}

/** What a deployment said about its render sessions, or why it said nothing. */
export type RenderSessions =
	| {
			readonly reachable: true;
			/** With or without a socket. */
			readonly total: number;
			/** `null` from apps that do not tell. */
			readonly connected: number | null;
			/** The app's own opinion. */
			readonly drainable: boolean;
			/** Absent: an app that does not tell. */
			readonly tabs?: TabStates;
	  }
	| { readonly reachable: false; readonly detail: string };
