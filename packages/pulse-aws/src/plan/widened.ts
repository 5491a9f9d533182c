import type { DeployRequest } from '../config/deploy.ts';
import type { Forsaken } from '../domain/certificate-choice.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import { allowedCidrs, natOf } from '../stack/kept-network.ts';
import { activeTargetGroup } from '../traffic/traffic.ts';
import type { Fleet } from './observation.ts';
import type { Plan } from './step.ts';

/** What a changed baseline would open to more people, or make cost more: that takes a question (decision 24). */
export function widened(
	request: Pick<DeployRequest, 'network'>,
	outputs: BaselineOutputs | null,
	plan: Pick<Plan, 'steps'>,
): readonly string[] {
	if (outputs === null || !plan.steps.some((step) => step.kind === 'deploy-baseline')) return [];
	const before = outputs.allowedCidrs;
	const after = allowedCidrs(request, outputs);
	const opens =
		before === null
			? request.network.allowedCidrs === null
			: before.length > 0 && (after.length === 0 || after.some((range) => !before.includes(range)));
	const costs = outputs.assignPublicIp === 'ENABLED' && natOf(request, outputs) === 'gateway';
	return [
		...(opens ? [`The load balancer can be reached by ${words(after)}; so far by ${words(before)}.`] : []),
		...(costs ? ['Tasks get a NAT gateway, which is billed by the hour; so far they do without.'] : []),
	];
}

/** A domain or certificate that was mistyped, in a CI too, must not end the connections of all visitors. */
export function forsakes(forsaken: Forsaken | null, fleet: Fleet | null): readonly string[] {
	if (forsaken === null || fleet === null || activeTargetGroup(fleet.traffic) === null) return [];
	const { served, by } = forsaken;
	return [`Visitors are served as ${served}; with the certificate of ${by} their browsers refuse that.`];
}

function words(ranges: readonly string[] | null): string {
	if (ranges === null) return 'whom this stack does not say: give --allowed-cidr where it was not everybody';
	return ranges.length === 0 ? 'everybody' : ranges.join(', ');
}
