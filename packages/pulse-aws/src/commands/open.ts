import { usageError } from 'pulse-deploy-kit/errors';
import { type PinnedAddress, pinnedAddress } from 'pulse-deploy-kit/open/open-address';
import { looking, type Session } from '../adapters/session.ts';
import type { OpenRequest } from '../config/open.ts';
import { domainOn } from '../doctor/look-at-domain.ts';
import { readCertificate } from '../platform/certificates.ts';
import { orGone } from '../platform/error-names.ts';
import { AFFINITY_QUERY } from '../protocol.ts';
import { type Existing, existing } from '../stack/read-baseline.ts';
import { activeDeployment } from '../traffic/traffic.ts';

/** Where a browser meets that deployment and no other. */
export async function open(session: Session, request: OpenRequest): Promise<PinnedAddress> {
	const stack = await existing(session, request.deploymentName);
	const { traffic, deployments } = stack.fleet;
	const running = deployments.filter(({ desired }) => desired > 0);
	const id = request.deploymentId ?? activeDeployment(traffic, running)?.id;
	if (id === undefined) throw usageError('nothing is active', 'Name a deployment, or first: pulse-aws deploy');
	if (!running.some((one) => one.id === id)) throw usageError(`deployment '${id}' is not running`, NEXT);
	return pinnedAddress(`https://${request.domain ?? (await domainOf(session, stack))}`, AFFINITY_QUERY, id);
}

const NEXT = 'List them: pulse-aws status. One that has ended is made again by: pulse-aws rollback --redeploy';

/** The load balancer's own name, to which no certificate belongs, where its certificate is for none that can be asked for. */
async function domainOf(session: Session, { outputs, fleet }: Existing): Promise<string> {
	const arn = fleet.traffic.defaultCertificateArn;
	const reading = arn === null ? undefined : readCertificate(looking(session), arn);
	const certificate = reading === undefined ? undefined : await orGone(reading, 'ResourceNotFoundException');
	return domainOn(certificate?.names ?? []) ?? outputs.albDnsName;
}
