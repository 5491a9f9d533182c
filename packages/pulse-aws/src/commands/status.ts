import { awsClock, looking, type Session } from '../adapters/session.ts';
import { type FleetReport, fleetReport } from '../plan/fleet-report.ts';
import type { Aws } from '../platform/aws.ts';
import { canaryEvidenceParameter } from '../protocol.ts';
import { readJudged } from '../reaper/judged-text.ts';
import { reaperPolicy } from '../reaper/policy.ts';
import { existing } from '../stack/read-baseline.ts';
import { readTaskSizes, type TaskSizes } from '../stack/task-sizes.ts';
import { readWords } from '../stack/task-words.ts';
import { type Rollout, rolloutName } from '../task/rollout.ts';

/** @param sizes what is known of former looks */
export async function status(session: Session, name: string, sizes: TaskSizes = new Map()): Promise<FleetReport> {
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
	const definitions = fleet.deployments.flatMap(({ taskDefinitionArn }) => taskDefinitionArn ?? []);
	const [evidence, words] = await Promise.all([
		fleet.rollout == null ? null : readEvidence(looking(session), name, fleet.rollout),
		drains ? readWords(session, name, outputs.clusterName) : [],
		readTaskSizes(session, definitions, sizes),
	]);
	const seen = { words, sizes, ...(evidence === null ? {} : { evidence }) };
	return fleetReport(place, fleet, policy, awsClock(session).now(), seen);
}

async function readEvidence({ ssm }: Pick<Aws, 'ssm'>, name: string, rollout: Rollout) {
	const { Parameters } = await ssm.getParameters({ Names: [canaryEvidenceParameter(name)] });
	return readJudged(Parameters?.[0]?.Value, rolloutName(rollout));
}
