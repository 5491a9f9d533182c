import type { ReloadTold } from './backends.ts';
import { MAX_REASONS, type RenderSessions } from './render-sessions.ts';

/** What the replicas of a deployment said, as one. A replica that says nothing may have visitors, so then nothing is known. */
export function sumSessions(answers: readonly RenderSessions[]): RenderSessions {
	const [first] = answers;
	if (first === undefined || answers.length === 1) return first ?? { reachable: false, detail: 'it has no address' };
	const silent = answers.find((answer) => !answer.reachable);
	if (silent?.reachable === false) {
		const count = answers.filter((answer) => !answer.reachable).length;
		return { reachable: false, detail: `${count} of ${answers.length} replicas: ${silent.detail}` };
	}
	const all = answers.filter((answer) => answer.reachable);
	const tabs = sumOf(all.map((answer) => answer.tabs));
	const inUse = sumOf(all.map((answer) => answer.inUse));
	const connected = all.map((answer) => answer.connected);
	return {
		reachable: true,
		total: all.reduce((sum, { total }) => sum + total, 0),
		replicas: all.length,
		connected: connected.includes(null) ? null : connected.reduce<number>((sum, one) => sum + (one ?? 0), 0),
		drainable: all.every(({ drainable }) => drainable),
		...(tabs === undefined ? {} : { tabs }),
		...(tabs === undefined
			? {}
			: { heldReasons: [...new Set(all.flatMap((answer) => answer.heldReasons ?? []))].slice(0, MAX_REASONS) }),
		...(inUse === undefined ? {} : { inUse }),
		...(all.every(({ tellsPageErrors }) => tellsPageErrors) ? { tellsPageErrors: true } : {}),
	};
}

/** Those that are told are told, whatever becomes of the others. Throws what the first one threw where none could be. */
export function sumTold(answers: readonly PromiseSettledResult<ReloadTold>[]): ReloadTold {
	const told = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
	if (told.length === 0) for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
	return {
		told: told.reduce((sum, one) => sum + one.told, 0),
		overInMs: Math.max(0, ...told.map(({ overInMs }) => overInMs)),
	};
}

/** Each number by itself; absent where one does not tell. */
function sumOf<Numbers extends object>(parts: readonly (Numbers | undefined)[]): Numbers | undefined {
	const sum: Record<string, number> = {};
	for (const part of parts) {
		if (part === undefined) return undefined;
		for (const [name, value] of Object.entries(part)) sum[name] = (sum[name] ?? 0) + Number(value);
	}
	return sum as Numbers;
}
