import { type CanaryTerms, termsText } from 'pulse-deploy-kit/canary/settings';
import { shareText } from 'pulse-deploy-kit/canary/share';
import { ENOUGH, MIN_SAMPLE } from 'pulse-deploy-kit/canary/verdict';
import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import type { Provenance } from 'pulse-deploy-kit/history/provenance';
import { spanText } from 'pulse-deploy-kit/moment';
import type { Canary } from '../deployments/canary.ts';
import { CanaryShareError } from '../deployments/errors.ts';
import type { RoutingSnapshot } from '../deployments/record.ts';
import { backendServices } from '../stack/durable.ts';
import { beginCanaryStep } from '../steps/begin-canary.ts';
import { endCanaryStep } from '../steps/end-canary.ts';
import { verifyActiveStep } from '../steps/verify-active.ts';
import { verifyAffinityStep } from '../steps/verify-affinity.ts';
import { widenCanaryStep } from '../steps/widen-canary.ts';
import { STANDING_SECONDS } from './cut-over.ts';
import { refusePreview } from './preview.ts';
import type { PromoteFacts } from './promote.ts';
import type { Plan, Step } from './step.ts';

/** In place of a cut-over: the active deployment stays what it is. */
export function beginCanarySteps(
	id: string,
	activeId: string | null,
	terms: CanaryTerms,
	provenance?: Provenance,
): readonly Step[] {
	if (activeId === null) throw noActive();
	return [beginCanaryStep(id, terms, provenance), verifyActiveStep(activeId)];
}

/** What a deploy as a canary means, and that the stack can have one. @throws usage error before the first promotion, and for an older router */
export function canaryFacts(
	{ live, canaries }: { readonly live: RoutingSnapshot; readonly canaries?: boolean },
	activeId: string | null,
	terms: CanaryTerms | undefined,
): readonly string[] {
	const ends = endingFacts(live.canary);
	if (terms === undefined) return ends;
	if (activeId === null) throw noActive();
	if (canaries !== true) throw olderRouter();
	return [
		`A canary: ${termsText(terms, spanText)}. ${activeId} stays active, and whoever has a page keeps it`,
		`It halts by itself where it fails more: not before ${MIN_SAMPLE} requests, by ${ENOUGH} where 3 in 100 more fail`,
		...ends,
	];
}

/** Of whatever goes before a canary that runs. */
export function endingFacts(canary: Canary | undefined): readonly string[] {
	if (canary === undefined) return [];
	return [
		`Ends the canary ${canary.id} (${shareText(canary.share)} of new visitors): nobody new gets it, whoever is on it stays until they leave`,
	];
}

export interface CanaryFacts extends Omit<PromoteFacts, 'activeSessions'> {
	/** An older router knows none. */
	readonly canaries: boolean;
}

/** `promote ID --to`: a canary gets more new visitors, or a deployment that waits becomes one. */
export function planCanary(facts: CanaryFacts, id: string, terms: CanaryTerms): Plan {
	const { observation, live, routerService, canaries } = facts;
	const { canary, activeId } = live;
	const backend = backendServices(observation).find((candidate) => candidate.id === id);
	if (backend === undefined) {
		throw usageError(`deployment '${id}' not found`, `List them: pulse-railway status --service ${routerService}`);
	}
	if (!canaries) throw olderRouter();
	const text = termsText(terms, spanText);
	const resume = `pulse-railway promote ${id}${typedTo(terms)} --service ${routerService}`;
	const plan = { title: `Send ${shareText(terms.share)} of new visitors to ${id}`, resume, warnings: [] };
	if (canary?.id === id) {
		if (terms.share < canary.share) throw new CanaryShareError(id, canary.share);
		if (isAsSaid(canary, terms)) return { ...plan, facts: [`It has ${text} already`], steps: [] };
		return {
			...plan,
			facts: [`By now: ${shareText(canary.share)}`, `Then: ${text}`, 'Whoever has a page keeps it'],
			steps: [widenCanaryStep(id, canary.beganAt, terms)],
		};
	}
	const record = live.deployments.find((candidate) => candidate.id === id);
	refusePreview(observation, record, backend);
	const state = record?.state;
	if (state !== 'pending') {
		const why = state === 'active' ? 'it is active' : `it is ${state ?? 'unknown to the router'}`;
		throw new DeployToolError('deployment-state', `${id} cannot be a canary: ${why}`, {
			fault: 'user',
			next: `Send all new visitors there: pulse-railway promote ${id}; or deploy that version anew, with --canary.`,
		});
	}
	return {
		...plan,
		facts: canaryFacts({ live, canaries }, activeId, terms),
		steps: [verifyAffinityStep(id, STANDING_SECONDS), ...beginCanarySteps(id, activeId, terms)],
	};
}

/** A rollback beside a canary takes back what was done last: the canary gets no new visitors. */
export function planEndCanary({ id, share, beganAt }: Canary, activeId: string | null): Plan {
	return {
		title: `End the canary ${id}`,
		facts: [
			`It has ${shareText(share)} of new visitors: from now on nobody new gets it`,
			'Whoever is on it stays until they leave',
			`To move them as well: pulse-railway recall ${id}`,
		],
		warnings: [],
		steps: [endCanaryStep(id, beganAt), ...(activeId === null ? [] : [verifyActiveStep(activeId)])],
	};
}

/** As `promote` is told of it; `''` for all new visitors. */
export function typedTo(terms: CanaryTerms | undefined): string {
	return terms === undefined ? '' : ` --to ${typedShares(terms)}`;
}

function typedShares({ share, next, everyMs }: CanaryTerms): string {
	const shares = [share, ...next].map((one) => `${one / 100}%`).join(',');
	return everyMs === null ? shares : `${shares} --every ${spanText(everyMs / 1000)}`;
}

function isAsSaid(canary: Canary, terms: CanaryTerms): boolean {
	return typedShares(canary) === typedShares(terms);
}

function noActive(): DeployToolError {
	return usageError(
		'nothing is active yet, beside which a canary could run',
		'Leave --canary out: pulse-railway deploy',
	);
}

function olderRouter(): DeployToolError {
	return new DeployToolError('baseline', 'the router is of an older version, which knows no canaries', {
		fault: 'user',
		next: 'Run pulse-railway upgrade first, or leave the share out.',
	});
}
