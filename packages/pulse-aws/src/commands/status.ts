import { AskedOnce } from 'pulse-deploy-kit/asked-once';
import { KeptReading } from 'pulse-deploy-kit/kept-reading';
import { awsClock, type Session } from '../adapters/session.ts';
import { type FleetReport, fleetReport } from '../plan/fleet-report.ts';
import type { Fleet } from '../plan/observation.ts';
import type { Parameter } from '../platform/parameters.ts';
import { TaskDefinitions } from '../platform/task-definitions.ts';
import { reaperPolicy } from '../reaper/policy.ts';
import { askTasks } from '../stack/ask-tasks.ts';
import { readRates } from '../stack/rates.ts';
import { existing } from '../stack/read-baseline.ts';
import { readRedeployable } from '../stack/redeployable.ts';
import { readTaskSizes } from '../stack/task-sizes.ts';
import { isUnread, orUnread, type Unread } from '../stack/unread.ts';
import type { Rates } from '../traffic/rates.ts';
import { KeptPeople } from './kept-people.ts';
import { readPeople } from './read-people.ts';

/** CloudWatch has a new figure once a minute, and beyond a million calls a month each thousand costs a cent. */
const RATES_MS = 60_000;
/** What is made or pruned meanwhile shows then. */
const REDEPLOYABLE_MS = 30_000;

/** Tasks are asked for minutes, and told so again long before those are over. */
const ASKING_MS = 30_000;

/** What is known of former looks. */
export class StatusMemory {
	readonly definitions = new TaskDefinitions();
	readonly redeployable = new KeptReading<readonly string[] | Unread>(REDEPLOYABLE_MS);
	/** Target group → deployment, at the last look. */
	readonly groups = new Map<string, string>();
	readonly rates = new KeptReading<Rates | Unread>(RATES_MS);
	readonly people = new KeptPeople();
	readonly asking = new KeptReading<object | Unread>(ASKING_MS);
}

export interface StatusOptions {
	/** Of former looks. Default: none. */
	readonly memory?: StatusMemory;
	/** Has tasks tell who is on versions that do not drain, too, from the next look on. Default false. */
	readonly asks?: boolean;
}

export async function status(
	session: Session,
	name: string,
	{ memory = new StatusMemory(), asks = false }: StatusOptions = {},
): Promise<FleetReport> {
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
	const taskDefinitions = fleet.deployments.flatMap(({ taskDefinitionArn }) => taskDefinitionArn ?? []);
	const now = awsClock(session).now();
	const { definitions } = memory;
	const parameters = new AskedOnce<readonly Parameter[]>();
	const running = { name, cluster: outputs.clusterName, fleet };
	const [people, asked, sizes, redeployable, rates] = await Promise.all([
		memory.people.read(now, () =>
			orUnread(session, 'who is on which version', (own) => readPeople(own, running, parameters)),
		),
		asks
			? memory.asking.read(now, () =>
					orUnread(session, 'who is on versions that do not drain', (own) =>
						askTasks(own, name, fleet, { parameters, now }),
					),
				)
			: {},
		readTaskSizes(session, taskDefinitions, definitions),
		memory.redeployable.read(now, () =>
			orUnread(session, 'what could be started again', (own) =>
				readRedeployable(own, name, fleet, { parameters, definitions }),
			),
		),
		memory.rates.read(now, () =>
			orUnread(session, 'requests and failures a second', (own) =>
				readRates(own, outputs.listenerArn, fleet.deployments),
			),
		),
	]);
	const { words, judged } = isUnread(people) ? NOBODY_TELLS : people;
	const seen = {
		sizes,
		...(words === null ? {} : { words }),
		...(judged === null ? {} : { evidence: judged }),
		redeployable: isUnread(redeployable) ? [] : notRunning(redeployable, fleet),
		...(isUnread(rates) ? {} : { rates }),
		unread: [people, isUnread(people) ? {} : asked, redeployable, rates].filter(isUnread),
	};
	return fleetReport(place, fleet, policy, now, seen);
}

const NOBODY_TELLS = { words: null, judged: null };

/** It may have been read before one of them was started again. */
function notRunning(ids: readonly string[], { deployments }: Fleet): readonly string[] {
	return ids.filter((id) => deployments.every((one) => one.id !== id));
}
