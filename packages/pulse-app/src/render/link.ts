import type { Serialized } from '../wire/serialize.ts';

/** One socket, as a render session needs it. */
export interface Link {
	/** Its page can wait for a good moment before it loads anew, and says what it does. Default: it cannot. */
	readonly safeReload?: boolean;
	/** `onArrived`: asks the page to confirm that it is there. */
	send(message: Serialized, onArrived?: () => void): void;
	/** Another socket of the same page has taken over. */
	drop(): void;
	/** Ends the connection in a way that has the browser connect again. */
	renew(): void;
}
