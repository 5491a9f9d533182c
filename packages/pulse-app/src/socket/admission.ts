import type { Plugin } from '../plugin.ts';
import type { RenderRegistry } from '../render/registry.ts';
import type { RenderSession } from '../render/render-session.ts';
import type { Sessions } from '../sessions/sessions.ts';

/** What a browser presents when its socket connects (contract P1.6). */
export interface Handshake {
	readonly auth: Readonly<Record<string, unknown>>;
	readonly query: Readonly<Record<string, string>>;
	readonly cookie: string | undefined;
}

/** `reload`: let it in only to tell it to reload. `code` reaches the browser as the error's data. */
export type Admission =
	| {
			readonly kind: 'accepted';
			readonly render: RenderSession;
			readonly sid: string;
			readonly received: number | null;
			/** This process never had a render session of that id, or has closed it. */
			readonly unknown: boolean;
	  }
	| { readonly kind: 'reload' }
	| { readonly kind: 'refused'; readonly code: string };

const refused = (code: string): Admission => ({ kind: 'refused', code });

/** Who may connect (contract P1.7–8). What follows the look-up of the owner happens in one step: claims cannot race. */
export async function admit(
	parts: { readonly plugins: readonly Plugin[]; readonly sessions: Sessions; readonly renders: RenderRegistry },
	handshake: Handshake,
): Promise<Admission> {
	for (const plugin of parts.plugins) {
		const answer = plugin.onConnect?.(handshake.query) ?? true;
		if (answer === false) return refused('refused');
		if (answer === 'reload') return { kind: 'reload' };
	}
	const sid = await parts.sessions.identify(handshake.cookie);
	if (sid === undefined) return refused('no_session');
	// A cookie that we cannot place, e.g. after a restart: its page is from another life, loading it anew mends both.
	if (sid === null) return { kind: 'reload' };

	const renderId = handshake.auth.render_id;
	if (typeof renderId !== 'string' || !/^[\w-]{8,128}$/.test(renderId)) return refused('no_render_id');
	const instance = handshake.auth.__pulse_page_instance_id;
	const pageInstance = typeof instance === 'string' && instance !== '' ? instance : null;

	const existing = parts.renders.find(renderId);
	if (existing !== null && !(await parts.sessions.owns(sid, existing))) return refused('not_owner');
	const known = parts.renders.find(renderId);
	const render = known ?? parts.renders.create(sid, renderId);
	if (render.owner !== sid) return refused('not_owner');
	if (!render.claim(pageInstance)) return refused('render_id_collision');
	const received = handshake.auth.__pulse_received;
	return {
		kind: 'accepted',
		render,
		sid,
		received: Number.isSafeInteger(received) ? (received as number) : null,
		unknown: known === null,
	};
}
