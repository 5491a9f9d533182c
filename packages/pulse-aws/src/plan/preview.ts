import { DeployToolError } from 'pulse-deploy-kit/errors';
import { spanText } from 'pulse-deploy-kit/moment';
import type { PreviewTerms } from 'pulse-deploy-kit/preview';
import { previewsNamed } from '../deployments/deployment.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { DeployObservation, Fleet } from './observation.ts';

/** @throws DeployToolError `no-active-deployment`: an address that leads nowhere without a pin is no preview of anything */
export function refuseFirst({ fleet }: Pick<DeployObservation, 'fleet'>): void {
	if (fleet !== null && activeDeployment(fleet.traffic, fleet.deployments) !== null) return;
	throw new DeployToolError('no-active-deployment', 'nothing is active yet, beside which a preview could run', {
		fault: 'user',
		next: 'Leave --preview out: pulse-aws deploy',
	});
}

/** What a deploy as a preview means. */
export function previewNotes(fleet: Fleet, { name, forMs }: PreviewTerms): readonly string[] {
	const replaced = previewsNamed(fleet.deployments, name, 0).map(({ id }) => id);
	return [
		`A preview, ${name}: only its own address leads there, nobody else is sent there.`,
		`Ended after ${spanText(forMs / 1000)}; AWS bills its tasks until then.`,
		...(replaced.length === 0 ? [] : [`Takes the place of ${replaced.join(', ')}, which the reaper ends.`]),
	];
}
