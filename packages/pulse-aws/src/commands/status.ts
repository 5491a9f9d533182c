import { awsClock, type Session } from '../adapters/session.ts';
import { type FleetReport, fleetReport } from '../plan/fleet-report.ts';
import { reaperPolicy } from '../reaper/policy.ts';
import { existing } from '../stack/read-baseline.ts';
import { readWords } from '../stack/task-words.ts';

export async function status(session: Session, name: string): Promise<FleetReport> {
	const { outputs, fleet } = await existing(session, name);
	const place = { name, region: session.aws.region, loadBalancer: outputs.albDnsName };
	const policy = reaperPolicy({
		maxAgeHours: outputs.reaperMaxAgeHours,
		deploymentTimeoutHours: outputs.reaperDeploymentTimeoutHours,
		// A stack that does not say has a reaper that knows of no window, as far as is known: nothing is promised.
		rollbackWindowSeconds: outputs.rollbackWindowSeconds ?? 0,
		rollbackKeep: outputs.rollbackKeep,
	});
	const drains = fleet.deployments.some((deployment) => deployment.state === 'draining' && deployment.desired > 0);
	const words = drains ? await readWords(session, name, outputs.clusterName) : [];
	return fleetReport(place, fleet, policy, awsClock(session).now(), words);
}
