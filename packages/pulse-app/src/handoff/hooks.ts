import { PulseError } from '../errors.ts';
import type { RenderSession } from '../render/render-session.ts';
import type { Serialized } from '../wire/serialize.ts';

/** How long one hook of the app or of a channel may take. */
export const HOOK_MS = 2_000;

/** Of `onDrain` and `onResume`. */
export interface HandoffOptions {
	/** Form of the snapshot: a version takes only snapshots of the schemas that it names. A whole number from 0 on. Default 1. */
	readonly schema?: number;
}

/** What `app.onDrain` and `app.onResume` were given. */
export interface AppHooks {
	drain: { readonly schema: number; readonly take: (render: RenderSession) => unknown } | null;
	/** By schema. */
	readonly resume: Map<number, (snapshot: unknown, render: RenderSession) => unknown>;
}

/** Gives the state of the app or of one channel; `undefined`: there is nothing to hand over. */
export interface DrainHook {
	readonly schema: number;
	readonly take: () => unknown;
}

/** State of the app or of one channel, on its way to the next deployment. */
export interface Part {
	readonly schema: number;
	/** A copy: what the app changes later is not in it. */
	readonly state: Serialized;
}

/** By the channel that they belong to; `null`: the app's own. */
export type DrainHooks = ReadonlyMap<string | null, DrainHook>;
export type Parts = ReadonlyMap<string | null, Part>;

/** @throws PulseError `invalid-schema` */
export function schemaOf({ schema = 1 }: HandoffOptions = {}): number {
	if (Number.isSafeInteger(schema) && schema >= 0) return schema;
	throw new PulseError('invalid-schema', 'The schema of a snapshot is a whole number from 0 on.');
}

export function nameOf(part: string | null): string {
	return part === null ? 'the app' : `channel '${part}'`;
}
