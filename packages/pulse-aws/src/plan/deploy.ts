import { laneOf } from 'pulse-deploy-kit/supersede/lane';
import { outlookNotes } from '../domain/dns-record.ts';
import { stillHealthyStep } from '../steps/await-health.ts';
import { buildImageStep } from '../steps/build-image.ts';
import { checkDomainStep } from '../steps/check-domain.ts';
import { markPreviewStep } from '../steps/mark-preview.ts';
import { pushImageStep } from '../steps/push-image.ts';
import { setListenerCertificateStep } from '../steps/set-listener-certificate.ts';
import { setNoticesStep } from '../steps/set-notices.ts';
import { activeTargetGroup } from '../traffic/traffic.ts';
import { beginCanarySteps, CANARY_RULES, canaryFacts, runningCanary } from './canary.ts';
import { answersThere, moveVisitors } from './cut-over.ts';
import type { CutOverIntent, DeployIntent } from './deploy-intent.ts';
import { making, takingId } from './making.ts';
import type { DeployObservation, Fleet } from './observation.ts';
import { previewNotes, refuseUnfit } from './preview.ts';
import { refuseWithoutRoom } from './room.ts';
import { settleFirst, settleSteps } from './settle.ts';
import { certificateSteps, creates, standingSteps } from './standing.ts';
import { type Plan, planOf, type Step, sentTo } from './step.ts';
import { planSupersede } from './supersede.ts';

/** A deploy in its phases. `steps` are all of them, in this order, and then the cut-over. */
export interface DeployPlan extends Plan {
	/** Beside what follows, while that takes its time; holds no lock. */
	readonly building: readonly Step[];
	/**
	 * Where visitors are served already: without a lock, because a certificate may take most of an hour, and a rollback must
	 * not wait for it. Everything is planned anew afterwards.
	 */
	readonly certifying: readonly Step[];
	/** Under the deploy lock: what all deployments have in common, what killed commands left, and the id. */
	readonly sharing: readonly Step[];
	/** Under the lease of the new deployment, which no visitor meets yet (contract, decision 23). */
	readonly preparing: readonly Step[];
}

/** @throws DeployToolError where the stack cannot be built upon, or the load balancer is full */
export function planDeploy(
	seen: DeployObservation,
	{ id, verified, page = null, rules = 1, preview = null, notices, cost, canary, supersede = false }: DeployIntent,
): DeployPlan {
	if (preview !== null) refuseUnfit(seen);
	const certificate = certificateSteps(seen);
	const certifying = seen.fleet === null ? [] : certificate;
	const facts = canaryFacts(seen.fleet, canary);
	const taking = rules + (canary === undefined ? 0 : CANARY_RULES);
	const shared = [...(seen.fleet === null ? certificate : []), ...sharedSteps(seen, taking)];
	// A broken Dockerfile is found before money is spent, and a good one has been built by the time there is a registry.
	const waits = [...certifying, ...shared].some(
		({ kind }) => kind === 'await-certificate' || kind === 'deploy-baseline',
	);
	const building = waits ? [buildImageStep(id)] : [];
	const telling = notices === undefined ? [] : [setNoticesStep(notices)];
	const superseding = supersede ? planSupersede(seen.fleet, laneOf(preview)) : undefined;
	const sharing = [...takingId(id, [...shared, ...telling]), ...(superseding?.steps ?? [])];
	const preparing = [...making(id, pushImageStep(id)), ...(verified ? answersThere(id, page) : [])];
	const steps = [
		...building,
		...certifying,
		...sharing,
		...preparing,
		...(preview === null
			? [...visitorSteps(seen.fleet, { id, verified, canary }), checkDomainStep()]
			: [markPreviewStep(id, preview)]),
	];
	const dns = seen.dns == null ? [] : outlookNotes(seen.dns);
	const notes = [
		...(preview === null ? facts : []),
		...(preview === null || seen.fleet === null ? [] : previewNotes(seen.fleet, preview)),
		...(superseding?.facts ?? []),
		...(creates(steps) ? cost : []),
		...(seen.taskNotes ?? []),
		...dns,
	];
	return { ...planOf('deploy', id, steps, notes), building, certifying, sharing, preparing };
}

/** The cut-over of a deployment that was prepared, planned anew by what stands by now. `isOld`: its health was seen a while ago. */
export function planCutOver(
	fleet: Fleet,
	{ id, verified, certificateArn, preview = null, canary }: CutOverIntent,
	isOld: boolean,
): Pick<Plan, 'steps' | 'committed'> {
	const settle = settleFirst(fleet);
	const again = verified && isOld ? [stillHealthyStep(id)] : [];
	if (preview !== null) return { steps: [...settle, ...again, markPreviewStep(id, preview)] };
	// Another deploy, which may have failed since, can have set its own.
	const isOwn = certificateArn === fleet.traffic.defaultCertificateArn;
	const certificate = isOwn ? [] : [setListenerCertificateStep()];
	return {
		steps: [...settle, ...again, ...certificate, ...visitorSteps(fleet, { id, verified, canary })],
		committed: canary === undefined ? sentTo(id, activeTargetGroup(fleet.traffic) !== null) : begun(id),
	};
}

function visitorSteps(fleet: Fleet | null, { id, verified, canary }: Omit<CutOverIntent, 'certificateArn'>) {
	if (canary !== undefined && fleet !== null) return beginCanarySteps(fleet, id, canary);
	return moveVisitors(id, { verified, canary: fleet === null ? null : (runningCanary(fleet)?.id ?? null) });
}

const begun = (id: string) => ({
	text: `Some new visitors get ${id} already.`,
	next: 'To take that back: pulse-aws rollback.',
});

function sharedSteps(seen: DeployObservation, rules: number): readonly Step[] {
	const steps: Step[] = [...standingSteps(seen)];
	if (seen.fleet !== null) {
		const settling = settleSteps(seen.fleet);
		refuseWithoutRoom(seen.fleet, settling, rules);
		steps.push(...settling);
	}
	return steps;
}
