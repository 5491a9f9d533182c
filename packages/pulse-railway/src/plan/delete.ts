import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { ActiveDeploymentError, CanaryRunsError } from '../deployments/errors.ts';
import type { RoutingSnapshot } from '../deployments/record.ts';
import type { StackObservation } from '../platform/port.ts';
import { backendServices, durableActiveId, restingServices } from '../stack/durable.ts';
import { deleteServicesStep } from '../steps/delete-services.ts';
import { removeRecordStep } from '../steps/remove-record.ts';
import { retireStep } from '../steps/retire.ts';
import { countInUse, inUseText, type OpenOn } from './in-use.ts';
import type { Plan, Step } from './step.ts';

export interface DeleteFacts {
	readonly observation: StackObservation;
	readonly live: RoutingSnapshot;
	/** Render sessions on the deployment; `null` when it did not say. */
	readonly sessions: number | null;
	/** What runs through it. Default nothing. */
	readonly open?: OpenOn;
	/** Name that the service must have where no record says it. */
	readonly serviceName: string;
	readonly routerService: string;
}

/** Decision 10: routing stops → browsers reload → the service goes → the record goes. Every step may be repeated. */
export function planDelete(facts: DeleteFacts, id: string): Plan {
	const { observation, live, sessions, open, serviceName, routerService } = facts;
	if (live.activeId === null && durableActiveId(observation) === null) {
		throw new DeployToolError(
			'no-active-deployment',
			'no deployment is active, so it is not known which may be deleted',
			{
				fault: 'user',
				next: 'Make one active first: pulse-railway promote --deployment-id <id>',
			},
		);
	}
	if (id === live.activeId || id === durableActiveId(observation)) throw new ActiveDeploymentError(id);
	if (id === live.canary?.id) throw new CanaryRunsError(id, 'delete');
	const record = live.deployments.find((candidate) => candidate.id === id);
	const named = (candidate: { readonly id: string }) => candidate.id === id;
	const backend = backendServices(observation).find(named) ?? restingServices(observation).find(named);
	if (record === undefined && backend === undefined)
		throw usageError(`service ${serviceName} not found`, `List them: pulse-railway status --service ${routerService}`);

	const steps: Step[] = [];
	if (record?.state === 'draining' || record?.state === 'retiring') {
		steps.push(retireStep(id));
	}
	if (record?.state === 'pending') steps.push(removeRecordStep('forget', id, 'pending'));
	if (backend !== undefined) {
		steps.push(deleteServicesStep('delete', [backend.serviceName], { deployment: id }));
	}
	if (record !== undefined && record.state !== 'pending') steps.push(removeRecordStep('forget', id, 'retiring'));
	return {
		title: `Delete ${id}`,
		resume: `pulse-railway delete --deployment-id ${id} --service ${routerService}`,
		facts: [],
		sessions: {
			count: countInUse(sessions, open),
			text: `On it: ${inUseText(sessions, open)}. Pages reload on the active deployment; whatever else is open is cut off`,
			end: true,
		},
		warnings: [],
		steps,
	};
}
