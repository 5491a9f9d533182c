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
	  }
	| { readonly reachable: false; readonly detail: string };
