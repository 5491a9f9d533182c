import { KeptReading } from 'pulse-deploy-kit/kept-reading';
import { awsClock, looking, type Session } from '../adapters/session.ts';
import { type FleetReport, fleetReport } from '../plan/fleet-report.ts';
import type { Fleet } from '../plan/observation.ts';
import type { Aws } from '../platform/aws.ts';
import type { KnownVersions } from '../platform/versions.ts';
import { canaryEvidenceParameter } from '../protocol.ts';
import { readJudged } from '../reaper/judged-text.ts';
import { reaperPolicy } from '../reaper/policy.ts';
import { readRates } from '../stack/rates.ts';
import { existing } from '../stack/read-baseline.ts';
import { readRedeployable } from '../stack/redeployable.ts';
import { readTaskSizes, type TaskSizes } from '../stack/task-sizes.ts';
import { readWords } from '../stack/task-words.ts';
import { isUnread, orUnread, type Unread } from '../stack/unread.ts';
import { type Rollout, rolloutName } from '../task/rollout.ts';
import type { Rates } from '../traffic/rates.ts';

/** CloudWatch has a new figure once a minute, and beyond a million calls a month each thousand costs a cent. */
const RATES_MS = 60_000;
/** What is made or pruned meanwhile shows then. */
const REDEPLOYABLE_MS = 30_000;

/** What is known of former looks. */
export class StatusMemory {
	readonly sizes: TaskSizes = new Map();
	readonly versions: KnownVersions = new Map();
	readonly redeployable = new KeptReading<readonly string[] | Unread>(REDEPLOYABLE_MS);
	/** Target group → deployment, at the last look. */
	readonly groups = new Map<string, string>();
	readonly rates = new KeptReading<Rates | Unread>(RATES_MS);
}

export async function status(session: Session, name: string, memory = new StatusMemory()): Promise<FleetReport> {
	const { outputs, fleet } = await existing(session, name);
	const place = { name, region: session.aws.region, loadBalancer: outputs.albDnsName };
	const policy = reaperPolicy({
		maxAgeHours: outputs.reaperMaxAgeHours,
		deploymentTimeoutHours: outputs.reaperDeploymentTimeoutHours,
		// A stack that does not say has a reaper that knows of no window, as far as is known: nothing is promised.
		rollbackWindowSeconds: outputs.rollbackWindowSeconds ?? 0,
		rollbackKeep: outputs.rollbackKeep,
	});
	memory.groups.clear();
	for (const { id, targetGroupArn } of fleet.deployments)
		if (targetGroupArn !== null) memory.groups.set(targetGroupArn, id);
	const drains = fleet.deployments.some((deployment) => deployment.state === 'draining' && deployment.desired > 0);
	const definitions = fleet.deployments.flatMap(({ taskDefinitionArn }) => taskDefinitionArn ?? []);
	const now = awsClock(session).now();
	const [evidence, words, , redeployable, rates] = await Promise.all([
		fleet.rollout == null ? null : readEvidence(looking(session), name, fleet.rollout),
		drains ? readWords(session, name, outputs.clusterName) : [],
		readTaskSizes(session, definitions, memory.sizes),
		memory.redeployable.read(now, () =>
			orUnread(session, 'what could be started again', (own) => readRedeployable(own, name, fleet, memory.versions)),
		),
		memory.rates.read(now, () =>
			orUnread(session, 'requests and failures a second', (own) =>
				readRates(own, outputs.listenerArn, fleet.deployments),
			),
		),
	]);
	const seen = {
		words,
		sizes: memory.sizes,
		...(evidence === null ? {} : { evidence }),
		redeployable: isUnread(redeployable) ? [] : notRunning(redeployable, fleet),
		...(isUnread(rates) ? {} : { rates }),
		unread: [redeployable, rates].filter(isUnread),
	};
	return fleetReport(place, fleet, policy, now, seen);
}

/** It may have been read before one of them was started again. */
function notRunning(ids: readonly string[], { deployments }: Fleet): readonly string[] {
	return ids.filter((id) => deployments.every((one) => one.id !== id));
}

async function readEvidence({ ssm }: Pick<Aws, 'ssm'>, name: string, rollout: Rollout) {
	const { Parameters } = await ssm.getParameters({ Names: [canaryEvidenceParameter(name)] });
	return readJudged(Parameters?.[0]?.Value, rolloutName(rollout));
}
