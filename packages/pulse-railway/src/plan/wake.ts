import type { KeptService } from '../stack/durable.ts';
import { awaitBackendStep } from '../steps/await-deployments.ts';
import { registerStep } from '../steps/register.ts';
import { wakeStep } from '../steps/wake.ts';
import { answersThere, NEW_SECONDS } from './cut-over.ts';
import type { DeployPlan } from './deploy.ts';
import { cutOverSteps, planSettling, type Standing } from './deploy-cut-over.ts';
import { staying } from './staying.ts';

export interface WakeFacts extends Standing {
	/** Render sessions on the active deployment; `null` when it did not say. */
	readonly activeSessions: number | null;
	readonly routerService: string;
}

/** An earlier version that was kept: started again, and then the cut-over of a deploy (decision 6). */
export function planWake(facts: WakeFacts, kept: KeptService): DeployPlan {
	const { id, serviceName: service, container } = kept;
	const settlement = planSettling(facts);
	const preparing = [
		registerStep(id, service, container),
		wakeStep(kept),
		awaitBackendStep('await-backend', service, 'backend deployment failed', { building: true, container }),
		...answersThere(id, service, NEW_SECONDS, null),
	];
	const target = { id, serviceName: service, ...(container === undefined ? {} : { container }) };
	const cuttingOver = cutOverSteps(target, settlement, { pageWhenActive: null });
	return {
		title: `Roll back to ${id}, which is started again`,
		resume: `pulse-railway promote --deployment-id ${id} --service ${facts.routerService}`,
		facts: [
			...(settlement.activeId === null ? [] : [`Active now: ${settlement.activeId}`]),
			`${id} was stopped ${new Date(kept.since).toISOString().slice(0, 16)}Z, with nobody on it`,
		],
		...staying(settlement.activeId, facts.activeSessions),
		warnings: settlement.warnings,
		settling: settlement.steps,
		preparing,
		pageWhenActive: null,
		canary: undefined,
		preview: undefined,
		// Its history has it from its deploy.
		provenance: {},
		steps: [...settlement.steps, ...preparing, ...cuttingOver],
	};
}
