import type { Step } from './step.ts';

/** Tracks that neither need what the other makes; a build takes minutes. */
export function sideBySide(stage: string, ...tracks: readonly (readonly Step[])[]): readonly Step[] {
	return tracks.flatMap((track, index) => track.map((step) => ({ ...step, beside: { stage, track: String(index) } })));
}
