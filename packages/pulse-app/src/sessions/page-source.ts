import type { RenderSession } from '../render/render-session.ts';
import type { SessionData, SessionKeeper } from './keeper.ts';
import type { Rotation } from './rotation.ts';
import type { SessionSource } from './user-session.ts';

interface Parts {
	readonly keeper: SessionKeeper;
	readonly rotation: Rotation;
	readonly onCookieStale: (sid: string) => void;
}

/** The session of an open page's user, under whatever id it goes on. */
export class PageSource implements SessionSource {
	readonly #render: RenderSession;
	readonly #parts: Parts;

	constructor(render: RenderSession, parts: Parts) {
		this.#render = render;
		this.#parts = parts;
	}

	id(): string {
		return this.#render.owner;
	}

	read(): Promise<SessionData> {
		const { keeper, rotation } = this.#parts;
		return rotation.settled(this.#render, keeper.read);
	}

	change<T>(change: (data: SessionData) => T): Promise<T> {
		const { keeper, rotation, onCookieStale } = this.#parts;
		return rotation.settled(this.#render, async (sid) => {
			const result = await keeper.change(sid, change);
			if (keeper.cookieCarriesData) onCookieStale(sid);
			return result;
		});
	}

	rotate(clear: boolean): Promise<void> {
		return this.#parts.rotation.byPage(this.#render, clear);
	}
}
