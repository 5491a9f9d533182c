import { usageError } from 'pulse-deploy-kit/errors';
import type { StackObservation } from '../platform/port.ts';
import { backendServices } from '../stack/durable.ts';
import { awaitBackendStep } from '../steps/await-deployments.ts';
import { startServicesStep } from '../steps/start-services.ts';
import { countInUse, inUseText, type OpenOn } from './in-use.ts';
import type { Plan } from './step.ts';

/** Starts a deployment's service anew, e.g. after variables were changed. Sessions in its memory end. */
export function planRedeploy(
	facts: {
		readonly observation: StackObservation;
		readonly sessions: number | null;
		/** What runs through it. Default nothing. */
		readonly open?: OpenOn;
		readonly routerService: string;
	},
	id: string,
): Plan {
	const backend = backendServices(facts.observation).find((candidate) => candidate.id === id);
	if (backend === undefined) {
		throw usageError(
			`deployment '${id}' not found`,
			`List them: pulse-railway status --service ${facts.routerService}`,
		);
	}
	const { serviceName: service, container } = backend;
	return {
		title: `Redeploy ${id}`,
		resume: `pulse-railway redeploy --deployment-id ${id} --service ${facts.routerService}`,
		facts: [],
		sessions: {
			count: countInUse(facts.sessions, facts.open),
			text: `On it: ${inUseText(facts.sessions, facts.open)}. They end, but for sessions that are stored elsewhere`,
			end: true,
		},
		warnings: [],
		steps: [
			startServicesStep([service], true),
			awaitBackendStep('await', service, 'backend redeployment failed', { container }),
		],
	};
}
