import { mapLimited } from 'pulse-deploy-kit/map-limited';
import { awsClock, looking, type Session } from '../adapters/session.ts';
import type { Deployment } from '../deployments/deployment.ts';
import { type CountQuestion, readTargetCounts } from '../platform/target-counts.ts';
import { type GroupCounts, type MinuteCounts, minutesToAsk, type Rates, ratesOf } from '../traffic/rates.ts';

/** Of three calls each. */
const AT_ONCE = 3;

/** Requests and failures a second of each deployment that has a target group, as the load balancer counted them. */
export async function readRates(
	session: Session,
	listenerArn: string,
	deployments: readonly Pick<Deployment, 'id' | 'targetGroupArn'>[],
): Promise<Rates> {
	const minutes = minutesToAsk(awsClock(session).now());
	const counts = await mapLimited(AT_ONCE, deployments, async ({ id, targetGroupArn }) =>
		targetGroupArn === null
			? []
			: [[id, await countsOf(session, { listenerArn, targetGroupArn, ...minutes })] as const],
	);
	return ratesOf(new Map(counts.flat()));
}

async function countsOf(session: Session, question: CountQuestion): Promise<GroupCounts> {
	const aws = looking(session);
	const [requests, failed, refused] = await Promise.all([
		readTargetCounts(aws, 'RequestCount', question),
		readTargetCounts(aws, 'HTTPCode_Target_5XX_Count', question),
		readTargetCounts(aws, 'TargetConnectionErrorCount', question),
	]);
	return { requests, failures: summed(failed, refused) };
}

function summed(one: MinuteCounts, other: MinuteCounts): MinuteCounts {
	const sum = new Map(one);
	for (const [minute, count] of other) sum.set(minute, (sum.get(minute) ?? 0) + count);
	return sum;
}
