import type { HistoryLine } from 'pulse-deploy-kit/history/line';

/** Something that happened, at its place on the axis of time. */
export interface Mark {
	/** Unix seconds, as the charts count. */
	readonly at: number;
	readonly text: string;
	readonly kind: 'came' | 'left' | 'gone';
}

const KINDS: Readonly<Record<string, Mark['kind']>> = {
	activated: 'came',
	restored: 'came',
	canary: 'came',
	widened: 'came',
	recalled: 'left',
	drains: 'left',
	stays: 'came',
	halted: 'left',
	ended: 'left',
	retired: 'gone',
	deleted: 'gone',
};

/** What happened to one version, also when another took its place. */
export function marksOf(id: string, history: readonly HistoryLine[]): readonly Mark[] {
	return history.flatMap((line): Mark[] => {
		const at = Date.parse(line.at) / 1000;
		if (line.deployment_id === id) return [{ at, text: line.event, kind: KINDS[line.event] ?? 'left' }];
		if (line.previous_deployment_id !== id) return [];
		return [{ at, text: `→ ${line.deployment_id}`, kind: 'left' }];
	});
}
