import type { Deployment } from '../deployments/deployment.ts';

/** One step of a deploy, rollback or teardown. Whatever was interrupted may be run again from the start. */
export type Step =
	| { readonly kind: 'delete-failed-baseline' }
	| { readonly kind: 'repair-baseline' }
	| { readonly kind: 'request-certificate' }
	| { readonly kind: 'await-certificate' }
	| { readonly kind: 'deploy-baseline'; readonly change: 'create' | 'update'; readonly because: string }
	/** So that a teardown that slept meanwhile cannot delete it any more. */
	| { readonly kind: 'protect-baseline' }
	| { readonly kind: 'set-listener-certificate' }
	| { readonly kind: 'settle'; readonly active: Deployment; readonly drain: readonly Deployment[] }
	| { readonly kind: 'remove-deployments' | 'remove-leftovers'; readonly ids: readonly string[]; readonly why: string }
	/** Where certificate or baseline take their time. */
	| { readonly kind: 'build-image' }
	/** Of two runs with one id, one goes on. */
	| { readonly kind: 'reserve-id' }
	| { readonly kind: 'push-image' }
	| { readonly kind: 'register-task-definition' }
	| { readonly kind: 'create-target-group' }
	| { readonly kind: 'create-rule' }
	| { readonly kind: 'create-service' }
	| { readonly kind: 'bring-back'; readonly deployment: Deployment }
	| { readonly kind: 'await-health' }
	| { readonly kind: 'verify-affinity' }
	/** A page of the new deployment is no worse than the active one's. */
	| { readonly kind: 'check-page'; readonly path: string }
	/** The commit point: before it a failure undoes everything, after it nothing. */
	| { readonly kind: 'switch' }
	| { readonly kind: 'confirm' }
	| { readonly kind: 'mark-active' }
	| { readonly kind: 'mark-draining' }
	| { readonly kind: 'check-domain' }
	| { readonly kind: 'stop-routing' }
	| { readonly kind: 'await-tasks' }
	| { readonly kind: 'delete-stack' }
	| { readonly kind: 'delete-parameters' };

export interface Plan {
	/** `deploy`, `rollback` or `teardown`. */
	readonly verb: string;
	readonly id: string;
	readonly steps: readonly Step[];
	/** What whoever agrees to it should know, e.g. its cost. */
	readonly notes: readonly string[];
	/** What opens access to more people or costs more than before; absent: nothing. */
	readonly warnings?: readonly string[];
}

export function title(step: Step, id: string): string {
	switch (step.kind) {
		case 'delete-failed-baseline':
			return 'Delete the baseline stack that could not be created';
		case 'repair-baseline':
			return 'Continue the rollback of the baseline stack';
		case 'request-certificate':
			return 'Request a certificate';
		case 'await-certificate':
			return 'Wait for the certificate to be issued';
		case 'deploy-baseline':
			return `${step.change === 'create' ? 'Create' : 'Update'} the baseline stack (${step.because})`;
		case 'protect-baseline':
			return 'Protect the baseline stack from deletion';
		case 'set-listener-certificate':
			return 'Set the certificate of the load balancer';
		case 'settle':
			return `Write down that ${step.active.id} is active${step.drain.length > 0 ? ` and ${names(step.drain)} draining` : ''}`;
		case 'remove-deployments':
		case 'remove-leftovers':
			return `Remove ${step.ids.join(', ')} (${step.why})`;
		case 'build-image':
			return `Build the image ${id}, meanwhile`;
		case 'reserve-id':
			return `Make sure that no other run has the id ${id}`;
		case 'push-image':
			return `Build and push the image ${id}`;
		case 'register-task-definition':
			return 'Register the task definition';
		case 'create-target-group':
			return 'Create the target group';
		case 'create-rule':
			return `Pin requests of ${id} to it`;
		case 'create-service':
			return `Start the service ${id}`;
		case 'bring-back':
			return `Keep ${step.deployment.id} from being retired`;
		case 'await-health':
			return `Wait until ${id} is healthy`;
		case 'verify-affinity':
			return `Ask ${id} through the load balancer`;
		case 'check-page':
			return `Check that ${step.path} of ${id} gives no server error`;
		case 'switch':
			return `Send new visitors to ${id}`;
		case 'confirm':
			return `Ask the load balancer until ${id} answers new visitors`;
		case 'mark-active':
			return `Mark ${id} active`;
		case 'mark-draining':
			return 'Mark the other deployments draining';
		case 'check-domain':
			return 'Check that the domain leads to the load balancer';
		case 'stop-routing':
			return 'Stop sending visitors to any deployment';
		case 'await-tasks':
			return 'Wait until the last task has ended';
		case 'delete-stack':
			return 'Delete the baseline stack';
		case 'delete-parameters':
			return 'Delete parameters, logs and task definitions';
	}
}

const names = (deployments: readonly Deployment[]) => deployments.map((one) => one.id).join(', ');

export function planJson(plan: Plan): object {
	return {
		verb: plan.verb,
		deployment_id: plan.id,
		steps: plan.steps.map((step) => ({ step: step.kind, text: title(step, plan.id) })),
		notes: plan.notes,
		warnings: plan.warnings ?? [],
	};
}

export function renderPlan({ id, steps, notes, warnings = [] }: Plan): string {
	const titles = steps.map((step, index) => `${index + 1}. ${title(step, id)}`);
	return [...titles, ...notes, ...warnings.map((warning) => `Warning: ${warning}`)].join('\n');
}
