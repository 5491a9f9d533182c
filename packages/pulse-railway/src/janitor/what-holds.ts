import { holdingText } from 'pulse-deploy-kit/holding-text';
import type { RenderSessions } from '../backends/render-sessions.ts';

type Said = Extract<RenderSessions, { reachable: true }>;

/** `null` for nothing, and from an app that does not tell. */
export function whatHolds({ total, tabs, heldReasons = [], inUse }: Said): string | null {
	if (inUse === undefined) return null;
	return holdingText({ renderSessions: total, held: Math.min(tabs?.held ?? 0, total), heldReasons, ...inUse });
}
