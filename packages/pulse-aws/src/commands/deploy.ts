import { CancelledError } from 'pulse-deploy-kit/errors';
import { LOCKED_QUESTION_MS } from 'pulse-deploy-kit/host';
import { looking, type Session } from '../adapters/session.ts';
import type { DeployRequest } from '../config/deploy.ts';
import { newDeploymentId } from '../deployments/id.ts';
import { stackName } from '../deployments/names.ts';
import { chooseCertificate } from '../domain/certificate-choice.ts';
import { costNotes } from '../plan/cost.ts';
import { planDeploy } from '../plan/deploy.ts';
import { natOf } from '../plan/kept-network.ts';
import type { Plan } from '../plan/step.ts';
import { widened } from '../plan/widened.ts';
import { readCertificates } from '../platform/certificates.ts';
import { awaitStack } from '../stack/await-stack.ts';
import { baselineChange } from '../stack/baseline-settings.ts';
import { readDnsOutlook } from '../stack/dns-outlook.ts';
import { refuseForeignBaseline, refuseTakenRepository } from '../stack/first-deploy.ts';
import { readFleet, withReserved } from '../stack/fleet.ts';
import { type HeldLock, withDeployLock } from '../stack/lock.ts';
import { readBaseline } from '../stack/read-baseline.ts';
import { dearerTask, keptTask, readRunningTask, taskNotes } from '../stack/running-task.ts';
import { carryOut } from '../steps/carry-out.ts';
import { newRun } from '../steps/run.ts';
import { undoDeploy } from '../steps/undo.ts';
import { activeTargetGroup } from '../traffic/traffic.ts';
import { type DeployResult, resultOf } from './deploy-result.ts';
import { showPlan } from './show-plan.ts';

export interface DeployOptions {
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
	options: DeployOptions = {},
): Promise<DeployOutcome> {
	if (options.dryRun === true) return { plan: (await prepare(session, request, options, null)).plan, result: null };
	return withDeployLock(session, request.deploymentName, async (lock) => {
		const { run, plan, wider } = await prepare(session, request, options, lock);
		if (plan.steps.some((step) => step.kind === 'deploy-baseline')) session.baseline.check();
		await session.images.check(lock.signal);
		showPlan(session.host, plan);
		const creates = plan.steps.some((step) => step.kind === 'deploy-baseline' && step.change === 'create');
		const text = `Create the baseline of ${run.name}?`;
		if (creates && !(await session.host.ask({ text, default: true, budgetMs: LOCKED_QUESTION_MS }))) {
			throw new CancelledError('Cancelled; nothing was changed.');
		}
		for (const text of wider) session.host.notify({ level: 'warning', text });
		const anyway = { text: `${wider.join(' ')} Go on?`, default: false, budgetMs: LOCKED_QUESTION_MS };
		if (wider.length > 0 && !(await session.host.ask(anyway))) {
			throw new CancelledError('Cancelled; nothing was changed.', {
				next: 'Agree with --yes, or give what was meant.',
			});
		}
		await carryOut(run, plan, lock.signal, (undoSignal) => undoDeploy(run, undoSignal));
		return { plan, result: resultOf(run) };
	});
}

async function prepare(session: Session, asked: DeployRequest, options: DeployOptions, lock: HeldLock | null) {
	const { clock } = session;
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
	const id = newDeploymentId(name, clock.now(), [
		...(fleet?.deployments.map((one) => one.id) ?? []),
		...(fleet?.strays ?? []),
	]);
	const plan = planDeploy(
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
	const wider = options.ownCdkApp === true ? [] : widened(request, outputs, plan);
	return { run, plan, wider: [...wider, ...dearerTask(request, running)] };
}

/** Somebody may be changing the stack right now; then its outputs are read again afterwards. */
async function settledBaseline(session: Session, name: string, signal: AbortSignal) {
	const seen = await readBaseline(session, name);
	if (seen.stack.condition !== 'busy' && seen.stack.condition !== 'deleting') return seen;
	await awaitStack(session, stackName(name), signal, (text) =>
		session.host.notify({
			level: 'step',
			id: 'stack',
			state: 'waiting',
			text: `Waiting for the baseline stack: ${text}`,
		}),
	);
	return readBaseline(session, name);
}
