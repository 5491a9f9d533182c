import type { RenderSession } from '../render/render-session.ts';
import { deserialize } from '../wire/serialize.ts';
import { reasonOf } from './collect.ts';
import type { AppHooks } from './hooks.ts';
import { placeOf, type Shelf } from './shelf.ts';
import { KEPT_MS, readSnapshot, type Snapshot } from './snapshot.ts';
import { within } from './within.ts';

/** What a page waits for its former server, beyond what hooks may take; the last of it is for the store. */
const MARGIN_MS = 500;
const LAST_MS = 100;

export interface ArrivalsOptions {
	readonly hooks: AppHooks;
	readonly shelf: Shelf;
	readonly create: (owner: string) => RenderSession;
	/** Its page has not come for it yet. */
	readonly isExpected: (render: RenderSession) => boolean;
	/** Whether any channel could take something. */
	readonly hasChannels: boolean;
	readonly onUnread: (render: RenderSession, why: string) => void;
	readonly hookMs: number;
	readonly now: () => number;
}

/** Opens render sessions of pages that come from another deployment, with what they left there. */
export function createArrivals(options: ArrivalsOptions) {
	const { hooks, shelf, create, onUnread, hookMs, now } = options;
	const waitMs = hookMs + MARGIN_MS;
	/** Those that found something, by where it was: the answer may be lost, and the page asks again. */
	const opened = new Map<string, { readonly opening: Promise<RenderSession>; readonly paths: readonly string[] }>();

	const resume = async (snapshot: Snapshot, render: RenderSession, paths: readonly string[]): Promise<void> => {
		if (!snapshot.paths.some((path) => paths.includes(path))) return;
		render.inherit(snapshot.parts);
		const own = snapshot.parts.get(null);
		if (own === undefined) return;
		const use = hooks.resume.get(own.schema);
		if (use === undefined) throw new Error(`the app does not take schema ${own.schema}`);
		await within(hookMs, () => use(deserialize(own.state), render));
	};
	const open = async (place: string, owner: string, paths: readonly string[]): Promise<RenderSession> => {
		let text: string | null = null;
		let unread: unknown = null;
		try {
			const isPatient = options.hasChannels || hooks.resume.size > 0;
			text = await within(waitMs, () => shelf.take(place, waitMs - LAST_MS, isPatient));
		} catch (error) {
			unread = error;
		}
		// Not before: it is closed where no page comes for it within its time.
		const render = create(owner);
		if (text === null) opened.delete(place);
		else setTimeout(() => opened.delete(place), KEPT_MS).unref();
		try {
			if (unread !== null) throw unread;
			if (text !== null) await resume(readSnapshot(text, now()), render, paths);
		} catch (error) {
			onUnread(render, reasonOf(error));
		}
		return render;
	};

	/** `former`: what the page says of itself. It finds what pages of the same user session left, and nothing else. */
	return async (former: string, owner: string, paths: readonly string[]): Promise<RenderSession> => {
		if (!/^[\w-]{8,128}$/.test(former)) return create(owner);
		const place = placeOf(owner, former);
		const known = opened.get(place);
		if (known === undefined) {
			const opening = open(place, owner, paths);
			opened.set(place, { opening, paths });
			return opening;
		}
		const render = await known.opening;
		const isSame = render.owner === owner && known.paths.some((path) => paths.includes(path));
		return isSame && options.isExpected(render) ? render : create(owner);
	};
}
