import type { RouteInfo } from '../wire/messages.ts';
import type { FormHandler } from './mount.ts';
import type { RenderSession } from './render-session.ts';

/** One path that a browser asks to prerender. */
export interface View {
	readonly path: string;
	readonly routeInfo: RouteInfo;
	readonly render: RenderSession;
	/**
	 * Accepts `POST /_pulse/forms/<render id>/<id>` while the view is mounted; returns that address. A form has 10,000 fields
	 * and 2 MiB at most, with files 32 MiB.
	 */
	form(id: string, handler: FormHandler): string;
}

const OUTCOME = Symbol('pulse.render-outcome');

/** A view that leads elsewhere. */
export interface RenderOutcome {
	readonly [OUTCOME]: { readonly redirect: string } | { readonly notFound: true };
}

/** Returned from `render`: sends the browser to another path. */
export function redirect(path: string): RenderOutcome {
	return { [OUTCOME]: { redirect: path } };
}

/** Returned from `render`: the path does not exist. */
export function notFound(): RenderOutcome {
	return { [OUTCOME]: { notFound: true } };
}

/** `null` for a tree to show. */
export function outcomeOf(rendered: unknown): { readonly redirect: string } | { readonly notFound: true } | null {
	return typeof rendered === 'object' && rendered !== null && OUTCOME in rendered
		? (rendered as RenderOutcome)[OUTCOME]
		: null;
}
