import { type AppKind, refuseOtherKind } from 'pulse-deploy-kit/container/other-kind';
import type { Fleet } from '../plan/observation.ts';
import { activeDeployment } from '../traffic/traffic.ts';

/** Asked when a deploy is planned, and again at its cut-over: another command may have moved visitors meanwhile. */
export function refuseKind({ traffic, deployments }: Fleet, wanted: AppKind): void {
	refuseOtherKind(activeDeployment(traffic, deployments), wanted, 'give another --deployment-name');
}
