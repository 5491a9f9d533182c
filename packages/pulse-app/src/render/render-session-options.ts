import type { UserSession } from '../sessions/user-session.ts';
import type { RenderSession } from './render-session.ts';

/** What a render session is given by the runtime. */
export interface RenderSessionOptions {
	readonly sessionOf: (render: RenderSession) => UserSession;
	readonly now: () => number;
	/** A callback of the app for the end of a channel failed. */
	readonly onCloseFailed: (error: unknown) => void;
	/** The app hands something over of every page. Default: it does not. */
	readonly handsOver?: () => boolean;
	/** State of a part that came from its former deployment cannot be used. */
	readonly onUnread?: (render: RenderSession, why: string) => void;
}
