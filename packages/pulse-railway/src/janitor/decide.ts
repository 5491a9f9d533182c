import { LAST_CALL_MS, standing } from 'pulse-deploy-kit/departure';
import { listed } from 'pulse-deploy-kit/holding-text';
import type { RenderSessions } from '../backends/render-sessions.ts';
import type { Decision, DeploymentFacts, KeepReason, Policy } from './facts.ts';
import { whatHolds } from './what-holds.ts';

/**
 * What the janitor does with one deployment at `now` (Unix milliseconds). Draining ends when both drain age and idle time
 * have reached the grace period and no session, socket or request is left, or, also when in use, at the maximum age or when
 * the time is over by which it was recalled or drained; of one that is kept to go back to not before its window ends. A preview
 * ends by its age alone, also while it has visitors.
 */
export function decide(facts: DeploymentFacts, policy: Policy, now: number): Decision {
	const { id, state } = facts.record;
	const { rollbackUntil } = facts;
	if (state !== 'draining' || rollbackUntil === null || now >= rollbackUntil) return drained(facts, policy, now);
	const maxDrainAgeMs = Math.max(policy.maxDrainAgeMs, policy.rollbackWindowMs);
	const decision = drained(facts, { ...policy, maxDrainAgeMs }, now);
	if (decision.action !== 'keep')
		return { id, action: 'keep', reason: 'rollback_window', detail: null, until: rollbackUntil };
	return { ...decision, until: decision.until === null ? null : Math.max(decision.until, rollbackUntil) };
}

function drained({ record, activity, sessions, tabsWholeAt }: DeploymentFacts, policy: Policy, now: number): Decision {
	const { id, state, drainStartedAt } = record;
	const keep = (reason: KeepReason, detail: string | null, until: number | null): Decision => ({
		id,
		action: 'keep',
		reason,
		detail,
		until,
	});
	if (state === 'active' || state === 'pending') return keep(state, null, null);
	// A janitor or a command began to delete it and was stopped halfway.
	if (state === 'retiring') return { id, action: 'delete', reason: 'retiring' };

	const { preview } = record;
	if (preview !== undefined) {
		if (now >= preview.until) return { id, action: 'delete', reason: 'preview_over' };
		if (record.departure === undefined) return keep('preview', preview.name, preview.until);
	}

	const aged = drainStartedAt === null ? null : drainStartedAt + policy.maxDrainAgeMs;
	if (aged !== null && now >= aged) return { id, action: 'delete', reason: 'max_drain_age' };
	const departure = standing(record.departure);
	const left = departure === undefined ? null : departure.by + LAST_CALL_MS;
	if (left !== null && now >= left)
		return { id, action: 'delete', reason: departure?.recalled ? 'recalled' : 'drain_deadline' };
	const deadline = aged === null || left === null ? (aged ?? left) : Math.min(aged, left);

	const using = activity
		? listed([activity.sockets, 'socket'], [activity.inFlight, 'request'], [activity.tabs ?? 0, 'tab'])
		: null;
	// The app knows what the router only sees connections of.
	if (using !== null)
		return keep('still_active', sessions?.reachable ? (whatHolds(sessions) ?? using) : using, deadline);

	const lastSeenAt = latest(record.lastSeenAt, activity?.lastSeenAt ?? null);
	const graceEnds = latest(drainStartedAt ?? now, lastSeenAt)! + policy.drainGraceMs;
	if (now < graceEnds) return keep('grace', null, deadline === null ? graceEnds : Math.min(graceEnds, deadline));

	if (record.container !== undefined) {
		if (tabsWholeAt === null) return keep('unreachable', 'not every router says who is there', deadline);
		if (now >= tabsWholeAt) return { id, action: 'delete', reason: 'drainable' };
		const until = deadline === null ? tabsWholeAt : Math.min(tabsWholeAt, deadline);
		return keep(
			'unreachable',
			'a router began lately, and hidden tabs may not have told it that they are there',
			until,
		);
	}
	if (sessions === null) return { id, action: 'probe' };
	if (!sessions.reachable) return keep('unreachable', sessions.detail, deadline);
	const open = sessionsLeft(sessions);
	return open === null ? { id, action: 'delete', reason: 'drainable' } : keep('still_active', open, deadline);
}

function sessionsLeft(sessions: Extract<RenderSessions, { reachable: true }>): string | null {
	const { total, drainable } = sessions;
	if (total === 0 && drainable) return null;
	return whatHolds(sessions) ?? listed([total, 'render session']) ?? 'the app says that it is not drainable';
}

function latest(left: number | null, right: number | null): number | null {
	if (left === null || right === null) return left ?? right;
	return Math.max(left, right);
}
