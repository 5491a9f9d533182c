import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { spanText } from 'pulse-deploy-kit/moment';
import type { PreviewTerms } from 'pulse-deploy-kit/preview';
import { previewsNamed } from '../deployments/deployment.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { DeployObservation, Fleet } from './observation.ts';

/**
 * An address that leads nowhere without a pin is no preview of anything. And the load balancer has one certificate that all are
 * served with: another domain's would end the connections of the active version's visitors.
 * @throws DeployToolError `no-active-deployment`, or a usage error
 */
export function refuseUnfit({ fleet, certificate }: Pick<DeployObservation, 'fleet' | 'certificate'>): void {
	if (fleet === null || activeDeployment(fleet.traffic, fleet.deployments) === null) {
		throw new DeployToolError('no-active-deployment', 'nothing is active yet, beside which a preview could run', {
			fault: 'user',
			next: 'Leave --preview out: pulse-aws deploy',
		});
	}
	if (certificate?.arn === fleet.traffic.defaultCertificateArn) return;
	throw usageError(
		'a preview is met at the domain of the active version: another certificate would be that of all visitors',
		'Give the domain or certificate that the active one was deployed with; a new one comes by a deploy without --preview.',
	);
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
