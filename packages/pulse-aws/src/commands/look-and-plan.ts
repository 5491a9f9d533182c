import type { PlanQuestion } from 'pulse-deploy-kit/plan/proposal';
import { laneOf } from 'pulse-deploy-kit/supersede/lane';
import { looking, type Session } from '../adapters/session.ts';
import type { DeployRequest } from '../config/deploy.ts';
import { newDeploymentId } from '../deployments/id.ts';
import type { DnsOutlook } from '../domain/dns-record.ts';
import { costNotes } from '../plan/cost.ts';
import { planDeploy } from '../plan/deploy.ts';
import { creates } from '../plan/standing.ts';
import type { Plan } from '../plan/step.ts';
import { forsakes, widened } from '../plan/widened.ts';
import { idsOf, readFleet, withOwners } from '../stack/fleet.ts';
import { natOf } from '../stack/kept-network.ts';
import { Lease } from '../stack/lease.ts';
import type { LeaseWatch } from '../stack/lease-watch.ts';
import type { HeldLock } from '../stack/lock.ts';
import { dearerTask, keptTask, readRunningTask, taskNotes } from '../stack/running-task.ts';
import { baselineChange } from '../steps/baseline-settings.ts';
import { readDnsOutlook } from '../steps/dns-outlook.ts';
import { newRun } from '../steps/run.ts';
import { pinRules } from '../traffic/pin-rules.ts';
import { activeTargetGroup } from '../traffic/traffic.ts';
import { lookAtBaseline } from './look-at-baseline.ts';
import { refuseKind } from './refuse-kind.ts';

interface Looking {
	/** The CDK app is the user's own: its stack need not be one of ours. */
	readonly ownCdkApp?: boolean;
	/** `null`: only shown. */
	readonly lock: HeldLock | null;
	readonly watch: LeaseWatch;
	readonly at: number;
	/** As it was shown before; left out: read now. */
	readonly dns?: DnsOutlook | null | undefined;
}

export function questions(name: string, { steps, warnings: wider }: Plan): PlanQuestion[] {
	const next = 'Agree with --yes, or give what was meant.';
	return [
		...(creates(steps) ? [{ text: `Create the baseline of ${name}?`, default: true }] : []),
		...(wider.length > 0 ? [{ text: `${wider.join(' ')} Go on?`, default: false, next }] : []),
	];
}

/** What stands, what a deploy would do about it, and a run to do it with. */
export async function lookAndPlan(
	session: Session,
	asked: DeployRequest,
	{ ownCdkApp = false, lock, watch, at, dns: shown }: Looking,
) {
	const signal = lock?.signal ?? session.signal;
	const aws = looking(session, signal);
	const name = asked.deploymentName;
	const { stack, outputs, certificate, notices, forsaken } = await lookAtBaseline(session, asked, {
		ownCdkApp,
		signal,
	});
	const fleet = outputs === null ? null : await withOwners(aws, name, readFleet(aws, name, outputs), watch);
	if (fleet !== null) refuseKind(fleet, asked);
	const running = await readRunningTask(session, fleet);
	const request = keptTask(asked, running);
	const seen = () => (request.route53 ? readDnsOutlook(session, request, outputs, certificate) : null);
	const dns = shown === undefined ? await seen() : shown;
	const id = newDeploymentId(name, at, fleet === null ? [] : idsOf(fleet));
	const planned = planDeploy(
		{
			stack,
			fleet,
			certificate,
			dns,
			taskNotes: [...(request.container === null ? [] : [request.container.says]), ...taskNotes(request, running)],
			baselineChange: baselineChange(stack, request, certificate?.arn ?? null, outputs, session.baseline.version),
		},
		{
			id,
			verified: request.health.waitForHealth,
			canary: request.canary,
			page: request.health.pagePath,
			preview: request.preview,
			supersede: request.supersede,
			rules: pinRules(id, request.container).length,
			...(notices === undefined ? {} : { notices }),
			cost: costNotes({
				nat: natOf(request, outputs),
				architecture: request.task.architecture,
				cpu: Number(request.task.cpu),
				memory: Number(request.task.memory),
				tasks: request.task.desiredCount,
			}),
		},
	);
	const run = newRun(session, lock, {
		lease: new Lease(session, name, id, request.overLater ? undefined : laneOf(request.preview)),
		name,
		id,
		request,
		fleet,
		dns,
		baseline: outputs,
		certificateArn: certificate?.arn ?? null,
		previousTargetGroupArn: fleet === null ? null : activeTargetGroup(fleet.traffic),
		previousCertificateArn: fleet?.traffic.defaultCertificateArn ?? null,
	});
	const wider = ownCdkApp ? [] : widened(request, outputs, planned);
	const ends = forsakes(forsaken, fleet);
	return { run, plan: { ...planned, warnings: [...wider, ...ends, ...dearerTask(request, running)] } };
}
