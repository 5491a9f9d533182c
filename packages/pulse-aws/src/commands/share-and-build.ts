import { agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import { unguarded } from 'pulse-deploy-kit/plan/guard';
import type { PlanQuestion } from 'pulse-deploy-kit/plan/proposal';
import { sideBySide } from 'pulse-deploy-kit/plan/stages';
import type { Phase } from 'pulse-deploy-kit/plan/undertake';
import { unlessAborted } from 'pulse-deploy-kit/unless-aborted';
import type { Session } from '../adapters/session.ts';
import type { DeployRequest } from '../config/deploy.ts';
import type { DeployPlan } from '../plan/deploy.ts';
import { halfMade } from '../plan/settle.ts';
import type { Step } from '../plan/step.ts';
import { endLapsed, type LeaseWatch } from '../stack/lease-watch.ts';
import { type HeldLock, withDeployLock } from '../stack/lock.ts';
import { requireBaseline } from '../stack/read-baseline.ts';
import { made, type Run } from '../steps/run.ts';
import { agreementOf } from './agreement.ts';
import { giveWay } from './give-way.ts';
import { lookAndPlan, questions } from './look-and-plan.ts';

export interface Agreed {
	readonly plan: DeployPlan;
	readonly run: Run;
}

interface Proposed extends Agreed {
	readonly questions: readonly PlanQuestion[];
}

interface Deploying {
	readonly mode: { readonly ownCdkApp?: boolean };
	readonly watch: LeaseWatch;
	readonly phase: Phase<Step, Run>;
	/** Nothing is done yet. */
	readonly onAgreed: (agreed: Agreed) => void;
}

/** The image is built beside what holds the deploy lock, and goes on when that is given back. */
export async function shareAndBuild(
	session: Session,
	request: DeployRequest,
	{ phase, onAgreed, mode, watch }: Deploying,
): Promise<Agreed> {
	let begin: (agreed: Agreed) => void = () => {};
	let agreed: Agreed | undefined;
	let at: number | undefined;
	// The id stays what a person has agreed to.
	const looking = { mode, watch, begunAt: () => (at ??= session.clock.now()) };
	const begun = new Promise<Agreed>((resolve) => {
		begin = resolve;
	});
	const build = async (signal: AbortSignal) => {
		const { plan, run } = await unlessAborted(begun, signal);
		if (plan.building.length === 0) return;
		const within = AbortSignal.any([signal, made(run.lease, 'the lease').stop.signal]);
		await phase({ ...plan, steps: plan.building }, { guard: unguarded, signal: within });
	};
	const share = async (signal: AbortSignal) => {
		const own = { ...session, signal };
		const goOn = (asked: DeployRequest, earlier: Proposed | null) =>
			agree(own, asked, { ...looking, earlier }, async (proposed, lock) => {
				const { plan, run } = proposed;
				if (plan.certifying.length > 0) return proposed;
				onAgreed({ plan, run });
				await endOthers(run, lock);
				const sharing = phase({ ...plan, steps: plan.sharing }, { guard: unguarded, signal: lock.signal }, fresh(run));
				begin({ plan, run });
				const { certificateArn } = await sharing;
				agreed = { plan, run: { ...run, certificateArn } };
				return null;
			});
		const waiting = await goOn(request, null);
		if (waiting === null) return;
		begin(waiting);
		const certifying = { ...waiting.plan, steps: waiting.plan.certifying };
		const unlocked = { ...fresh(waiting.run), session: own, confirmLock: async () => {} };
		const { certificateArn } = await phase(certifying, { guard: unguarded, signal }, unlocked);
		await goOn({ ...request, certificateArn }, waiting);
	};
	await sideBySide([build, share], session.signal);
	return made(agreed ?? null, 'the plan');
}

/** But for what steps that ran before it have learnt. */
function fresh({ isBuilt: _, replacedRecords: __, ...run }: Run): Partial<Run> {
	return run;
}

interface Looking extends Pick<Deploying, 'mode' | 'watch'> {
	readonly begunAt: () => number;
	/** What was agreed to before a certificate was waited for. */
	readonly earlier: Proposed | null;
}

function agree<T>(
	session: Session,
	request: DeployRequest,
	{ mode, watch, begunAt, earlier }: Looking,
	carryOut: (proposed: Proposed, lock: HeldLock) => Promise<T>,
): Promise<T> {
	return agreeUnderLock({
		agreement: agreementOf(session),
		async lock(work) {
			await watch.settle(session.signal);
			return withDeployLock(session, request.deploymentName, (lock) => work(lock, false));
		},
		async propose(lock: HeldLock) {
			const { run, plan } = await lookAndPlan(session, request, {
				...mode,
				lock,
				watch,
				at: begunAt(),
				// The yes to the first plan covers no records that were changed since.
				dns: earlier?.run.dns,
			});
			if (earlier !== null) {
				// What a teardown has taken meanwhile is not made again.
				if (run.fleet === null) await requireBaseline(session, run.name);
				giveWay(session.host, earlier.run, run.fleet, request.overLater);
			}
			if (plan.steps.some((step) => step.kind === 'deploy-baseline')) session.baseline.check();
			await session.images.check(lock.signal);
			const agreedTo = earlier?.questions.map(({ text }) => text) ?? [];
			return {
				plan,
				questions: questions(run.name, plan).filter(({ text }) => !agreedTo.includes(text)),
				run,
			};
		},
		carryOut,
	});
}

/** Of deployments that visitors were sent to, whose commands were killed before they could say that they had ended. */
async function endOthers({ name, fleet }: Run, { session }: HeldLock): Promise<void> {
	if (fleet === null) return;
	const left = new Set(halfMade(fleet));
	for (const [id, value] of fleet.lapsed ?? []) if (!left.has(id)) await endLapsed(session, name, id, value);
}
