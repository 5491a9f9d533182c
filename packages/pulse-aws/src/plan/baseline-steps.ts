import { DeployToolError } from 'pulse-deploy-kit/errors';
import { deleteFailedBaselineStep } from '../steps/delete-failed-baseline.ts';
import { deployBaselineStep } from '../steps/deploy-baseline.ts';
import { repairBaselineStep } from '../steps/repair-baseline.ts';
import type { DeployObservation } from './observation.ts';
import type { Step } from './step.ts';

/** What makes the stack fit for a deploy. */
export function baselineSteps({ stack, baselineChange }: Pick<DeployObservation, 'stack' | 'baselineChange'>): Step[] {
	const create = deployBaselineStep('create', baselineChange ?? 'there is none');
	const again = deployBaselineStep('update', 'its last update failed');
	switch (stack.condition) {
		case 'absent':
			return [create];
		case 'failed-create':
			return [deleteFailedBaselineStep(), create];
		case 'rollback-failed':
			return [repairBaselineStep(), again];
		case 'failed-update':
		case 'ready-after-failure':
			return [again];
		case 'ready':
			return baselineChange === null ? [] : [deployBaselineStep('update', baselineChange)];
		default:
			throw new DeployToolError('baseline-unusable', `The baseline stack is in status ${stack.status}.`, {
				fault: 'user',
				detail: 'It can neither be used nor repaired automatically.',
				next:
					stack.condition === 'delete-failed'
						? 'Run pulse-aws teardown again to delete it, then deploy.'
						: 'Look at its events in the CloudFormation console, repair it there, then deploy again.',
			});
	}
}
