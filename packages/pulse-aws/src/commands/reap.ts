import { shareText } from 'pulse-deploy-kit/canary/share';
import type { NoticeReport } from 'pulse-deploy-kit/notify/deliver';
import { awsClock, looking, running, type Session } from '../adapters/session.ts';
import { repositoryName } from '../platform/baseline-outputs.ts';
import type { Action } from '../reaper/decide.ts';
import { type Notifying, notifyOperators } from '../reaper/notify.ts';
import { keptWindow, reaperPolicy } from '../reaper/policy.ts';
import { type ReaperReport, runReaper } from '../reaper/run.ts';
import { briefLock } from '../stack/lock.ts';
import { existing } from '../stack/read-baseline.ts';
import { writeTold } from '../stack/told-history.ts';

export interface ReapRequest {
	readonly deploymentName: string;
	/** `null`: as the deployed reaper. */
	readonly maxAgeHours: number | null;
	readonly deploymentTimeoutHours: number | null;
	readonly rollbackWindowSeconds?: number | null;
	readonly rollbackKeep?: number | null;
	readonly dryRun: boolean;
}

export interface ReapReport extends ReaperReport {
	/** What became of the notices that were due; `null`: the stack sends none, or nothing was to be done. */
	readonly notices: NoticeReport | null;
}

/** One run of the reaper from here, by the same code as in its Lambda function, which tells operators of it, too. */
export async function reap(session: Session, request: ReapRequest): Promise<ReapReport> {
	const { outputs } = await existing(session, request.deploymentName);
	const maxAgeHours = request.maxAgeHours ?? outputs.reaperMaxAgeHours;
	const by = {
		aws: looking(session),
		place: {
			name: request.deploymentName,
			cluster: outputs.clusterName,
			listenerArn: outputs.listenerArn,
			vpcId: outputs.vpcId,
			repository: repositoryName(outputs.ecrRepositoryUri),
		},
		policy: reaperPolicy({
			maxAgeHours,
			deploymentTimeoutHours: request.deploymentTimeoutHours ?? outputs.reaperDeploymentTimeoutHours,
			rollbackWindowSeconds: request.rollbackWindowSeconds ?? keptWindow(outputs, maxAgeHours),
			rollbackKeep: request.rollbackKeep ?? outputs.rollbackKeep,
		}),
		clock: awsClock(session),
		signal: session.signal,
	};
	let isDeclined = false;
	const report = await runReaper({
		...by,
		dryRun: request.dryRun,
		locked: briefLock({ ...running(session, 'reap'), clock: awsClock(session) }, request.deploymentName),
		tell: (events) => writeTold(running(session, 'reap'), request.deploymentName, events),
		approve: async (actions) => {
			if (request.dryRun) return false;
			const text = `${actions.map(actionText).join('\n')}\nDo this?`;
			const agreed = await session.host.ask({ text, default: false });
			isDeclined = !agreed;
			return agreed;
		},
	});
	if (request.dryRun || isDeclined) return { ...report, notices: null };
	return { ...report, notices: await tellOperators(session, { ...by, kept: report.kept }) };
}

/** A notice that cannot be sent, e.g. for want of the right, fails no run: the deployed reaper sends it then. */
async function tellOperators(session: Session, by: Omit<Notifying, 'region'>): Promise<NoticeReport | null> {
	try {
		return await notifyOperators({ ...by, region: session.aws.region });
	} catch (error) {
		session.signal.throwIfAborted();
		const why = error instanceof Error ? error.name : 'unknown';
		session.host.notify({ level: 'warning', text: `Notices are left to the deployed reaper: ${why}` });
		return null;
	}
}

/** One action as a person reads it. */
export function actionText(action: Action): string {
	switch (action.kind) {
		case 'mark-active':
			return `mark ${action.id} active`;
		case 'mark-draining':
			return `mark ${action.id} draining`;
		case 'halt-canary':
			return `halt the canary ${action.id} (${action.because}) and recall it`;
		case 'end-canary':
			return `end the canary ${action.id} (${action.because})`;
		case 'widen-canary':
			return `send ${shareText(action.rollout.share)} of new visitors to ${action.id}`;
		case 'complete-canary':
			return `send all new visitors to ${action.id}`;
		case 'scale-down':
			return `end the tasks of ${action.id} (${action.reason})`;
		case 'delete-deployment':
			return `delete ${action.id}`;
		case 'delete-orphans':
			return `delete what is left without a service: ${[...action.ruleArns, ...action.targetGroupArns, ...action.parameters].join(', ')}`;
		case 'deregister-task-definitions':
			return `deregister ${action.arns.length} old task definitions`;
		case 'delete-images':
			return `delete ${action.tags.length} old images`;
	}
}
