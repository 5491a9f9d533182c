import { randomBytes } from 'node:crypto';
import { PulseError } from '../errors.ts';
import type { SessionHolder } from './sessions.ts';

/** How long a browser may take to fetch its new cookie. */
const WAIT_MS = 10_000;

export interface Rotation {
	readonly by: SessionHolder;
	readonly clear: boolean;
	succeeded(): void;
	failed(error: unknown): void;
}

/**
 * Rotations that wait for the browser that asked. Its request carries a ticket, which only its own socket was told: others
 * that hold the same session id, e.g. whoever planted it, cannot fetch the new cookie.
 */
export function createRotations() {
	const waiting = new Map<string, { readonly rotation: Rotation; readonly timer: NodeJS.Timeout }>();
	return {
		/** Resolves when the rotation is done. `ask` has the browser make a request with the ticket. */
		begin(by: SessionHolder, clear: boolean, ask: (ticket: string) => void): Promise<void> {
			const ticket = randomBytes(16).toString('hex');
			return new Promise<void>((resolve, reject) => {
				const timer = setTimeout(() => {
					waiting.delete(ticket);
					reject(new PulseError('not-rotated', 'The browser did not fetch its new session cookie.'));
				}, WAIT_MS);
				const end = (settle: () => void) => {
					clearTimeout(timer);
					settle();
				};
				const rotation = {
					by,
					clear,
					succeeded: () => end(resolve),
					failed: (error: unknown) => end(() => reject(error)),
				};
				waiting.set(ticket, { rotation, timer });
				try {
					ask(ticket);
				} catch (error) {
					waiting.delete(ticket);
					end(() => reject(error));
				}
			});
		},
		/** `null` unless it is a ticket of this very session. Works once. */
		redeem(ticket: string, sid: string): Rotation | null {
			const found = waiting.get(ticket);
			if (found === undefined || found.rotation.by.owner !== sid) return null;
			waiting.delete(ticket);
			// The browser came: from here on the store decides, and how long it takes must not be told as a failure.
			clearTimeout(found.timer);
			return found.rotation;
		},
	};
}
