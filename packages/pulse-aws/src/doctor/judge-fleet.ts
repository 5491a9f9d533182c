import { type Check, failed, failure, passed, skipped, warned } from 'pulse-deploy-kit/doctor/check';
import { readNow } from 'pulse-deploy-kit/doctor/reading';
import type { Deployment } from '../deployments/deployment.ts';
import { refuseWithoutRoom } from '../plan/room.ts';
import { halfMade, settleSteps } from '../plan/settle.ts';
import { pinRules } from '../traffic/pin-rules.ts';
import { activeTargetGroup, roomLeft } from '../traffic/traffic.ts';
import type { DoctorFacts } from './facts.ts';
import { judgeActive } from './judge-active.ts';
import { DEPLOY, judged, whyNot } from './judged.ts';
import type { FleetFacts } from './look-at-fleet.ts';

const ALL = [
	'active',
	'state',
	'tasks',
	'targets',
	'image',
	'rules',
	'draining',
	'leftovers',
	'rule-limit',
	'room',
] as const;
/** So many deployments must fit beside those that are there, or it is said. */
const FEW = 5;

/** The deployments, and what leads to them. */
export function judgeFleet({ fleet, resources }: DoctorFacts): readonly Check[] {
	// Without it nothing is listed, which would read as if nothing were deployed.
	const cluster = 'value' in resources ? resources.value.cluster : null;
	if (cluster !== null && 'value' in cluster && cluster.value === null)
		return ALL.map((check) => skipped(check, 'the cluster is not there'));
	if ('failure' in fleet) return ALL.map((check) => skipped(check, whyNot(fleet.failure)));
	const facts = fleet.value;
	return [
		...judgeActive(facts),
		judgeRules(facts),
		judgeDraining(facts),
		judgeLeftovers(facts),
		judgeRuleLimit(facts),
		judgeRoom(facts),
	];
}

const rulesOf = ({ id, container }: Pick<Deployment, 'id' | 'container'>) => pinRules(id, container ?? null).length;

function judgeRules({ fleet: { deployments, traffic } }: FleetFacts): Check {
	const running = deployments.filter((one) => one.running > 0 && one.state !== 'deploying');
	const wrong = running.filter((one) => {
		const own = traffic.rules.filter(
			(rule) => rule.deploymentId === one.id && rule.targetGroupArn === one.targetGroupArn,
		);
		return own.length < rulesOf(one);
	});
	const measured = { deployments: running.length, wrong: wrong.length };
	if (wrong.length === 0) return passed('rules', 'each deployment that runs has its own', measured);
	const found = `rules of ${wrong.map(({ id }) => id).join(', ')} are missing or lead elsewhere: its tabs reach another version`;
	return failed('rules', found, 'Run pulse-aws deploy: new tabs go to what it makes.', measured);
}

function judgeDraining({ fleet: { deployments }, active }: FleetFacts): Check {
	const draining = deployments.filter((one) => one !== active && one.state === 'draining');
	const dead = draining.filter(({ desired, running }) => desired > 0 && running === 0);
	const measured = { draining: draining.length, dead: dead.length };
	if (dead.length === 0) return passed('draining', `${draining.length} old versions`, measured);
	const found = `no task of ${dead.map(({ id }) => id).join(', ')} runs: the sessions on it are lost`;
	return warned('draining', found, 'See why: pulse-aws logs ID; the reaper ends it.', measured);
}

function judgeLeftovers({ fleet }: FleetFacts): Check {
	const { leases, traffic } = fleet;
	const ids = halfMade(fleet).filter((id) => leases?.has(id) !== true);
	const isHeld = traffic.rules.some(({ catchAll }) => catchAll);
	const measured = { deployments: ids.length, catchAll: isHeld };
	if (ids.length > 0)
		return warned(
			'leftovers',
			`left by deploys that were cut short: ${ids.join(', ')}`,
			'The next deploy removes them, and the reaper does in time.',
			measured,
		);
	if (isHeld && activeTargetGroup(traffic) !== traffic.defaultTargetGroupArn)
		return warned(
			'leftovers',
			'the rule that keeps visitors while the baseline changes still stands',
			DEPLOY,
			measured,
		);
	return passed('leftovers', 'none', measured);
}

/** How many wildcards of a rule AWS allows differs by source: those of a container app take five. */
function judgeRuleLimit({ limits }: FleetFacts): Check {
	return judged('rule-limit', limits, ({ wildcards }) => {
		if (wildcards === undefined) return skipped('rule-limit', 'AWS does not say it');
		const measured = { wildcards };
		if (wildcards >= 5) return passed('rule-limit', `${wildcards} wildcards in a rule`, measured);
		const next = 'Have the quota raised, or deploy no container app here.';
		return warned('rule-limit', `${wildcards} wildcards in a rule, and container apps take 5`, next, measured);
	});
}

function judgeRoom({ fleet, limits, active }: FleetFacts): Check {
	return judged('room', limits, (value) => {
		const taking = active === null ? 1 : rulesOf(active);
		const room = roomLeft(fleet.traffic, value);
		const fit = Math.min(room.targetGroups, Math.floor(room.rules / taking));
		const measured = { ...value, freeRules: room.rules, freeTargetGroups: room.targetGroups, taking };
		const read = readNow(() => refuseWithoutRoom({ ...fleet, limits: value }, settleSteps(fleet), taking));
		if ('failure' in read) return { ...failure('room', read.failure), measured };
		if (fit > FEW) return passed('room', `${fit} more deployments fit`, measured);
		const next =
			'Retire drained ones: pulse-aws reap --yes; or lower --reaper-max-age-hours or have quota L-7EED9B64 raised.';
		return warned('room', `${fit} more deployments fit on the load balancer`, next, measured);
	});
}
