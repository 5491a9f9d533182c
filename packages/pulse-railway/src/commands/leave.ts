import { leaveTerms } from 'pulse-deploy-kit/leave-settings';
import { momentText } from 'pulse-deploy-kit/moment';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import type { Session } from '../adapters/session.ts';
import type { LeaveRequest } from '../config/leave.ts';
import { planLeave } from '../plan/leave.ts';
import { type WhoIsLeft, whoIsLeft } from '../plan/who-is-left.ts';
import { backendServiceName } from '../stack/names.ts';
import { openOn, sessionsOn } from '../stack/sessions.ts';
import type { Outcome } from './carry-out.ts';
import { changeStack } from './change-stack.ts';

/** A recall is urgent, and the deployment to get away from may hang. */
const PROBE_MS = 500;

export interface LeaveResult {
	readonly deployment_id: string;
	/** A bad version, which no rollback chooses by itself. */
	readonly recalled: boolean;
	/** Unix seconds: the pages that are left then are moved; `null`: they stay. */
	readonly leave_by: number | null;
	/** Where new visitors and those who are moved go. */
	readonly active_deployment_id: string;
	/** It was active, and new visitors were sent back to the one before. */
	readonly rolled_back: boolean;
	readonly deleted: boolean;
	/** Before anybody was moved. */
	readonly left: WhoIsLeft;
}

/** Both `recall` and `drain`. */
export function leave(session: Session, request: LeaveRequest): Promise<Outcome<LeaveResult>> {
	const { id, verb, routerService, servicePrefix } = request;
	const intent = { verb, id, ...leaveTerms(request.when, session.ports.clock.now()) };
	const stack = { ...request, command: `${verb} ${id}`, probeMs: PROBE_MS };
	return changeStack(session, stack, ({ observation, live, run }) => {
		const left = whoIsLeft(live, id);
		const { plan, activeId, rolledBack, departure, deletes } = planLeave(
			{
				observation,
				live: live.snapshot,
				sessions: sessionsOn(live, id),
				open: openOn(live, id),
				serviceName: backendServiceName(servicePrefix, id),
				routerService,
				left,
				now: live.now,
				routerKnows: live.departures === true,
			},
			intent,
		);
		const result = (): LeaveResult => {
			const said = deletes ? undefined : (run.departures.get(id) ?? departure);
			const by = said?.by ?? null;
			return {
				deployment_id: id,
				recalled: said?.recalled === true && by !== null,
				leave_by: by === null ? null : by / 1000,
				active_deployment_id: activeId,
				rolled_back: rolledBack,
				deleted: deletes,
				left,
			};
		};
		return { plan, questions: goOn(plan, true), result };
	});
}

/** As a person reads it. `now` in Unix milliseconds. */
export function leaveLine(result: LeaveResult, now: number): string {
	const { deployment_id: id, leave_by: by, recalled, deleted, active_deployment_id: active } = result;
	if (deleted) return `${id} is deleted`;
	if (by === null) return `${id} stays`;
	const until = momentText(by * 1000, now);
	return recalled ? `${id} is recalled: gone by ${until}; ${active} is active` : `${id} is left by ${until}`;
}
