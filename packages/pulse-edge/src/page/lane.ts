import type { RoutingView } from '../decide/route-table.ts';
import type { AnswerEdits } from '../forward/forward-request.ts';
import type { Sample } from '../forward/samples.ts';
import { LanePage } from './lane-page.ts';

/** How a visitor sees the versions while a canary runs: to a visitor who is drawn for it the canary is the active one. */
export interface Lane {
	readonly view: RoutingView;
	/** It opens a page. */
	readonly opensPage: boolean;
	/** The line that its answer sets; `null` for none. */
	readonly cookie: string | null;
	/** The version that is its visitor's. */
	readonly versionId: string;
	readonly sample: Sample;
}

/** Where it is counted; `null` for what another version serves, such as a tab from before. */
export function sampleOf(lane: Lane | null, servedId: string): Sample | null {
	return lane !== null && lane.versionId === servedId ? lane.sample : null;
}

export function editsFor(lane: Lane | null, edits: AnswerEdits | null): AnswerEdits | null {
	return lane?.opensPage ? new LanePage(edits, lane.cookie) : edits;
}
