import { type LeaveWhen, leaveTerms } from 'pulse-deploy-kit/leave-settings';
import { momentText } from 'pulse-deploy-kit/moment';
import { agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import { awsClock, running, type Session } from '../adapters/session.ts';
import { inUseOf } from '../plan/in-use.ts';
import { planLeave } from '../plan/leave.ts';
import type { Plan } from '../plan/step.ts';
import { type HeldLock, withDeployLock } from '../stack/lock.ts';
import { existing, requireBaseline } from '../stack/read-baseline.ts';
import { readWords } from '../stack/task-words.ts';
import { execute } from '../steps/execute.ts';
import { runTo } from '../steps/run.ts';
import type { InUseReport } from '../task/task-word.ts';
import { agreementOf } from './agreement.ts';

export interface LeaveRequest {
	readonly verb: 'recall' | 'drain';
	readonly deploymentName: string;
	readonly deploymentId: string;
	readonly when: LeaveWhen;
	readonly dryRun: boolean;
}

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
	/** Its tasks were told to end. */
	readonly ended: boolean;
	/** Before anybody was moved, as its tasks said; empty: no visitor. `null` where they do not say. */
	readonly left: InUseReport | null;
}

/** Both `recall` and `drain`. */
export async function leave(
	session: Session,
	request: LeaveRequest,
): Promise<{ plan: Plan; result: LeaveResult | null }> {
	const { verb, deploymentName: name, deploymentId: id } = request;
	const intent = { verb, id, ...leaveTerms(request.when, session.clock.now()) };
	const before = requireBaseline(session, name);
	const look = async () => {
		const { outputs, fleet } = await existing(session, name, await before);
		const words = await readWords(session, name, outputs.clusterName);
		const drains = fleet.deployments.some((one) => one.id === id && one.state === 'draining');
		const left = words === null ? null : inUseOf(id, drains, words, awsClock(session).now());
		return { outputs, fleet, left, ...planLeave({ name, fleet, left, now: session.clock.now() }, intent) };
	};
	if (request.dryRun) return { plan: (await look()).plan, result: null };
	return agreeUnderLock({
		agreement: agreementOf(session),
		lock: (work) => withDeployLock(running(session, verb), name, (lock) => work(lock, false), { first: before, look }),
		propose: async ({ looked }: HeldLock<Awaited<ReturnType<typeof look>>>) => {
			const proposal = await (looked ?? look());
			return { ...proposal, questions: goOn(proposal.plan, true) };
		},
		carryOut: async ({ plan, outputs, fleet, left, active, rolledBack, departure, ends }, lock) => {
			// The one that is switched to, where visitors are sent back.
			const start = runTo(active, session, lock, { name, fleet, outputs });
			const run = await execute(plan, start, lock.signal);
			const said = plan.steps.some(({ kind }) => kind === 'depart') ? run.departure : (departure ?? null);
			return {
				plan,
				result: {
					deployment_id: id,
					recalled: said?.recalled === true,
					leave_by: said === null || said.by === null ? null : said.by / 1000,
					active_deployment_id: active.id,
					rolled_back: rolledBack,
					ended: ends,
					left,
				},
			};
		},
	});
}

/** As a person reads it. `now` in Unix ms. */
export function leaveLine(result: LeaveResult, now: number): string {
	const { deployment_id: id, leave_by: by, recalled, ended, active_deployment_id: active } = result;
	if (ended) return `The tasks of ${id} end; the reaper deletes the rest.`;
	if (by === null) return `${id} stays.`;
	const until = momentText(by * 1000, now);
	return recalled ? `${id} is recalled: gone by ${until}; ${active} is active.` : `${id} is left by ${until}.`;
}
