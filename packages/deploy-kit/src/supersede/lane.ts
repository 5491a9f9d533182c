/**
 * Deploys of one lane replace each other: `deploys`, canaries among them, or `preview <name>`, those of one preview. One that
 * says its lane while it is made stops for a later one of that lane that asks for it.
 */
export type Lane = 'deploys' | `preview ${string}`;

export const LANE = /^(deploys|preview [a-z0-9][a-z0-9-]{0,39})$/;

export function laneOf(preview: { readonly name: string } | null | undefined): Lane {
	return preview ? `preview ${preview.name}` : 'deploys';
}

/** `undefined` for anything else. */
export function parseLane(written: unknown): Lane | undefined {
	return typeof written === 'string' && LANE.test(written) ? (written as Lane) : undefined;
}
