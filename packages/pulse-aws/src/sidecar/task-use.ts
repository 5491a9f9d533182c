import type { ForwardContext } from 'pulse-edge/forward/context';
import type { TaskUse } from '../task/drain-word.ts';

/**
 * What this task serves now, as its edge counts it. One that has just begun knows of no tab yet, and hidden ones may stay
 * silent for as long as they hold their version: until then it counts as one that there may be.
 */
export function taskUse(
	{ upstreams, presence }: Pick<ForwardContext, 'upstreams' | 'presence'>,
	id: string,
	now: number,
): TaskUse {
	const { visible, hidden, busy } = presence.counts().get(id) ?? { visible: 0, hidden: 0, busy: 0 };
	const tabs = visible + hidden + busy;
	const pages = { busy: 0, idle: 0, hidden, held: busy, heldReasons: [] };
	const use = { renderSessions: tabs, assumed: 0, sockets: 0, requests: 0, requestsBegun: 0, pages };
	if (tabs === 0 && now < presence.wholeAt) Object.assign(use, { renderSessions: 1, assumed: 1 });
	for (const { sockets, inFlight, requests, probes, probing } of upstreams.all()) {
		use.sockets += sockets;
		use.requests += inFlight - probing;
		use.requestsBegun += requests - probes;
	}
	return use;
}
