import { type Check, failed, passed, skipped, warned } from 'pulse-deploy-kit/doctor/check';
import type { HealthFacts } from '../health/facts.ts';
import { activeTargetGroup } from '../traffic/traffic.ts';
import { DEPLOY, judged } from './judged.ts';
import type { FleetFacts } from './look-at-fleet.ts';

const BACK = 'Run pulse-aws rollback to one that still runs (pulse-aws status), or deploy again.';

/** The deployment that new visitors reach. */
export function judgeActive(facts: FleetFacts): readonly Check[] {
	const { active, health, image } = facts;
	const about = (check: string, judge: () => Check) =>
		active === null ? skipped(check, 'no deployment is active') : judge();
	return [
		judgeWhich(facts),
		about('state', () => judgeState(facts)),
		judged('tasks', health, judgeTasks),
		judged('targets', health, judgeTargets),
		judged('image', image, judgeImage),
	];
}

function judgeWhich({ fleet: { traffic, deployments }, active }: FleetFacts): Check {
	const target = activeTargetGroup(traffic);
	const claiming = deployments.filter((one) => one !== active && one.state === 'active');
	const measured = { deployments: deployments.length, leads: target !== null, claiming: claiming.length };
	if (active !== null && active.state === 'active' && claiming.length === 0)
		return passed('active', active.id, measured);
	if (active !== null) {
		const found = `${active.id} is reached, and the tags say otherwise: a switch was not written down`;
		return warned('active', found, 'The next deploy or rollback writes it down.', measured);
	}
	if (target !== null)
		return failed('active', 'new visitors are sent to a target group that no deployment has', BACK, measured);
	if (claiming.length > 0)
		return failed('active', `the load balancer sends nobody to ${claiming[0]?.id}, which was active`, BACK, measured);
	return passed('active', 'nothing is deployed yet', measured);
}

/** By this its tasks know that they are not to drain. */
function judgeState({ told, active }: FleetFacts): Check {
	// Tasks may write there, too.
	const measured = { told: told === null || /^(deploying|active|draining)$/.test(told) ? told : 'other' };
	if (told === 'active') return passed('state', 'its tasks read that they are active', measured);
	const found = `the tasks of ${active?.id} read ${told === null ? 'no state' : `'${told}'`} in Parameter Store`;
	return failed('state', found, DEPLOY, measured);
}

function judgeTasks({ service }: HealthFacts): Check {
	if (service === null) return failed('tasks', 'its service is gone', BACK);
	const { desired, running, pending, rollout, events } = service;
	const measured = { desired, running, pending, rollout };
	const last = events[0] === undefined ? '' : `; ECS: ${events[0]}`;
	const found = `${running} of ${desired} tasks run${last}`;
	const next = 'See why: pulse-aws logs; the tasks that stopped stand in the ECS console for an hour.';
	if (running === 0 || rollout === 'FAILED') return failed('tasks', found, next, measured);
	if (running < desired) return warned('tasks', found, next, measured);
	return passed('tasks', `${running} of ${desired} run`, measured);
}

function judgeTargets({ targets, service }: HealthFacts): Check {
	if ((service?.running ?? 0) === 0) return skipped('targets', 'no task runs');
	const healthy = targets.filter(({ state }) => state === 'healthy');
	const sick = targets.filter(({ state }) => state !== 'healthy' && !/draining|initial/.test(state));
	const measured = { healthy: healthy.length, sick: sick.length };
	if (healthy.length > 0 && sick.length === 0) return passed('targets', `${healthy.length} healthy`, measured);
	const [first] = sick;
	const why = first === undefined ? '' : `, ${first.reason ?? first.state}: ${first.description ?? 'no description'}`;
	const next = 'Does the app answer its health path? pulse-aws logs';
	return (healthy.length === 0 ? failed : warned)(
		'targets',
		`${healthy.length} healthy, ${sick.length} not${why}`,
		next,
		measured,
	);
}

function judgeImage(isThere: boolean): Check {
	if (isThere) return passed('image', 'it is in the repository');
	return failed('image', 'it is not in the repository: no task can be replaced', DEPLOY, { there: false });
}
