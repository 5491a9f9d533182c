import { DeployToolError } from 'pulse-deploy-kit/errors';
import { outlookNotes } from '../domain/dns-record.ts';
import { roomLeft } from '../traffic/traffic.ts';
import { cutOver } from './cut-over.ts';
import type { DeployObservation, Fleet } from './observation.ts';
import { settleSteps } from './settle.ts';
import type { Plan, Step } from './step.ts';

export interface DeployIntent {
	readonly id: string;
	/** Health and answers are waited for. */
	readonly verified: boolean;
	/** A page that must give no server error; `null` or absent: none is asked for. */
	readonly page?: string | null;
	/** Shown when the baseline is created. */
	readonly cost: readonly string[];
}

/** @throws DeployToolError where the stack cannot be built upon, or the load balancer is full */
export function planDeploy(seen: DeployObservation, intent: DeployIntent): Plan {
	const steps: Step[] = [];
	if (seen.certificate === null) steps.push({ kind: 'request-certificate' });
	if (seen.certificate?.status !== 'ISSUED') steps.push({ kind: 'await-certificate' });
	const baseline = baselineSteps(seen);
	steps.push(...baseline);
	const creates = baseline.some((step) => step.kind === 'deploy-baseline' && step.change === 'create');
	if (creates || !seen.stack.isProtected) steps.push({ kind: 'protect-baseline' });
	if (seen.fleet !== null) {
		const wanted = seen.certificate?.arn;
		if (wanted !== seen.fleet.traffic.defaultCertificateArn) steps.push({ kind: 'set-listener-certificate' });
		const settling = settleSteps(seen.fleet);
		refuseWithoutRoom(seen.fleet, settling);
		steps.push(...settling);
	}
	// A broken Dockerfile is found before money is spent, and a good one has been built by the time there is a registry.
	const waits = steps.some(({ kind }) => kind === 'await-certificate' || kind === 'deploy-baseline');
	if (waits) steps.unshift({ kind: 'build-image' });
	steps.push(
		{ kind: 'reserve-id' },
		{ kind: 'push-image' },
		{ kind: 'register-task-definition' },
		{ kind: 'create-target-group' },
		{ kind: 'create-rule' },
		{ kind: 'create-service' },
		...cutOver(intent.verified, intent.page ?? null),
		{ kind: 'check-domain' },
	);
	const dns = seen.dns == null ? [] : outlookNotes(seen.dns);
	return {
		verb: 'deploy',
		id: intent.id,
		steps,
		notes: [...(creates ? intent.cost : []), ...(seen.taskNotes ?? []), ...dns],
	};
}

function baselineSteps({ stack, baselineChange }: DeployObservation): Step[] {
	const create: Step = { kind: 'deploy-baseline', change: 'create', because: baselineChange ?? 'there is none' };
	switch (stack.condition) {
		case 'absent':
			return [create];
		case 'failed-create':
			return [{ kind: 'delete-failed-baseline' }, create];
		case 'rollback-failed':
			return [
				{ kind: 'repair-baseline' },
				{ kind: 'deploy-baseline', change: 'update', because: 'its last update failed' },
			];
		case 'failed-update':
		case 'ready-after-failure':
			return [{ kind: 'deploy-baseline', change: 'update', because: 'its last update failed' }];
		case 'ready':
			return baselineChange === null ? [] : [{ kind: 'deploy-baseline', change: 'update', because: baselineChange }];
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

function refuseWithoutRoom({ traffic, limits, reserved = [] }: Fleet, settling: readonly Step[]): void {
	if (limits === null) return;
	// Ids that a killed run reserved take no room.
	const ids = settling.flatMap((step) => (step.kind === 'remove-leftovers' ? step.ids : []));
	const freed = ids.filter((id) => !reserved.includes(id)).length;
	const { rules, targetGroups } = roomLeft(traffic, limits);
	if (Math.min(rules, targetGroups) + freed >= 1) return;
	const [what, limit] =
		targetGroups < 1
			? (['target groups', `${limits.targetGroups}, which AWS does not raise`] as const)
			: (['listener rules', `${limits.rules} (quota L-7EED9B64, adjustable)`] as const);
	throw new DeployToolError('load-balancer-full', `The load balancer has no room for another deployment: ${what}.`, {
		fault: 'user',
		detail: `The limit is ${limit}. Every deployment that still drains takes one.`,
		next: 'Retire drained deployments now with pulse-aws reap --yes, or lower --reaper-max-age-hours.',
	});
}
