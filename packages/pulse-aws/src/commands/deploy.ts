import { agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import type { PlanQuestion } from 'pulse-deploy-kit/plan/proposal';
import { looking, type Session } from '../adapters/session.ts';
import type { DeployRequest } from '../config/deploy.ts';
import { newDeploymentId } from '../deployments/id.ts';
import { chooseCertificate } from '../domain/certificate-choice.ts';
import { costNotes } from '../plan/cost.ts';
import { creates, planDeploy } from '../plan/deploy.ts';
import type { Plan } from '../plan/step.ts';
import { widened } from '../plan/widened.ts';
import { readCertificates } from '../platform/certificates.ts';
import { refuseForeignBaseline, refuseTakenRepository } from '../stack/first-deploy.ts';
import { idsOf, readFleet, withReserved } from '../stack/fleet.ts';
import { natOf } from '../stack/kept-network.ts';
import { type HeldLock, withDeployLock } from '../stack/lock.ts';
import { settledBaseline } from '../stack/read-baseline.ts';
import { dearerTask, keptTask, readRunningTask, taskNotes } from '../stack/running-task.ts';
import { baselineChange } from '../steps/baseline-settings.ts';
import { readDnsOutlook } from '../steps/dns-outlook.ts';
import { execute } from '../steps/execute.ts';
import { newRun } from '../steps/run.ts';
import { activeTargetGroup } from '../traffic/traffic.ts';
import { agreementOf } from './agreement.ts';
import { type DeployResult, resultOf } from './deploy-result.ts';

export interface DeployMode {
	/** Plan only. */
	readonly dryRun?: boolean;
	/** The CDK app is the user's own: its stack need not be one of ours. */
	readonly ownCdkApp?: boolean;
}

export interface DeployOutcome {
	readonly plan: Plan;
	/** `null` after a dry run. */
	readonly result: DeployResult | null;
}

/** Starts a new deployment beside the running one and sends new visitors to it. */
export async function deploy(
	session: Session,
	request: DeployRequest,
	options: DeployMode = {},
): Promise<DeployOutcome> {
	if (options.dryRun === true) return { plan: (await prepare(session, request, options, null)).plan, result: null };
	let at: number | undefined;
	return agreeUnderLock({
		agreement: agreementOf(session),
		lock: (work) => withDeployLock(session, request.deploymentName, (lock) => work(lock, false)),
		propose: async (lock: HeldLock) => {
			// The id stays what a person has agreed to.
			at ??= session.clock.now();
			const { run, plan } = await prepare(session, request, options, lock, at);
			if (plan.steps.some((step) => step.kind === 'deploy-baseline')) session.baseline.check();
			await session.images.check(lock.signal);
			return { plan, questions: questions(run.name, plan), run };
		},
		carryOut: async ({ run, plan }, lock) => ({ plan, result: resultOf(await execute(plan, run, lock.signal)) }),
	});
}

function questions(name: string, { steps, warnings: wider }: Plan): PlanQuestion[] {
	const next = 'Agree with --yes, or give what was meant.';
	return [
		...(creates(steps) ? [{ text: `Create the baseline of ${name}?`, default: true }] : []),
		...(wider.length > 0 ? [{ text: `${wider.join(' ')} Go on?`, default: false, next }] : []),
	];
}

async function prepare(
	session: Session,
	asked: DeployRequest,
	options: DeployMode,
	lock: HeldLock | null,
	at = session.clock.now(),
) {
	const signal = lock?.signal ?? session.signal;
	const aws = looking(session, signal);
	const name = asked.deploymentName;
	const [{ stack, outputs }, certificates] = await Promise.all([
		settledBaseline(session, name, signal),
		asked.certificateArn === null ? readCertificates(aws) : [],
	]);
	if (outputs === null) await refuseTakenRepository(session, name);
	else if (options.ownCdkApp !== true) refuseForeignBaseline(name, outputs);
	const fleet = outputs === null ? null : await withReserved(aws, name, readFleet(aws, name, outputs));
	const running = await readRunningTask(session, fleet);
	const request = keptTask(asked, running);
	const current = certificates.filter((one) => one.arn === outputs?.certificateArn && one.status === 'ISSUED');
	const certificate =
		request.certificateArn !== null
			? { arn: request.certificateArn, status: 'ISSUED' }
			: (chooseCertificate(current, request.domain) ?? chooseCertificate(certificates, request.domain));
	const dns = request.route53 ? await readDnsOutlook(session, request, outputs, certificate) : null;
	const id = newDeploymentId(name, at, fleet === null ? [] : idsOf(fleet));
	const planned = planDeploy(
		{
			stack,
			fleet,
			certificate,
			dns,
			taskNotes: taskNotes(request, running),
			baselineChange: baselineChange(stack, request, certificate?.arn ?? null, outputs, session.baseline.version),
		},
		{
			id,
			verified: request.health.waitForHealth,
			page: request.health.pagePath,
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
		name,
		id,
		request,
		fleet,
		dns,
		baseline: outputs,
		certificateArn: certificate?.arn ?? null,
		previousTargetGroupArn: fleet === null ? null : activeTargetGroup(fleet.traffic),
	});
	const wider = options.ownCdkApp === true ? [] : widened(request, outputs, planned);
	return { run, plan: { ...planned, warnings: [...wider, ...dearerTask(request, running)] } };
}
