import { looking, type Session } from '../adapters/session.ts';
import { type FleetReport, fleetReport, type TaskParameter } from '../plan/fleet-report.ts';
import { isAwsError } from '../platform/error-names.ts';
import { readParameters } from '../platform/parameters.ts';
import { readTasks } from '../platform/tasks.ts';
import { reaperPolicy } from '../reaper/policy.ts';
import { existing } from '../stack/read-baseline.ts';

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
	return fleetReport(place, fleet, policy, (session.awsNow ?? session.clock.now)(), words);
}

/** Those of tasks that are gone stay until their deployment goes, and say what was. */
async function readWords(session: Session, name: string, cluster: string): Promise<readonly TaskParameter[]> {
	const aws = looking(session);
	try {
		const [said, tasks] = await Promise.all([readParameters(aws, name), readTasks(aws, cluster)]);
		return said.filter((one) => one.taskId !== null && tasks.get(one.deploymentId)?.includes(one.taskId));
	} catch (error) {
		// Rights that sufficed for the rest of it.
		if (isAwsError(error, 'AccessDeniedException')) return [];
		throw error;
	}
}
