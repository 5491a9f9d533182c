import { NO_EVIDENCE } from 'pulse-deploy-kit/canary/evidence';
import { canaryText } from 'pulse-deploy-kit/canary/report';
import type { CanaryEvidence } from 'pulse-deploy-kit/canary/verdict';
import type { Affinity } from 'pulse-deploy-kit/container/settings';
import { standing } from 'pulse-deploy-kit/departure';
import { momentText } from 'pulse-deploy-kit/moment';
import type { RollbackTerms } from 'pulse-deploy-kit/rollback-window';
import type { Deployment } from '../deployments/deployment.ts';
import type { ReaperPolicy } from '../reaper/facts.ts';
import { keptToGoBackTo } from '../reaper/rollback-window.ts';
import { type InUseReport, useText } from '../task/task-word.ts';
import type { Rates } from '../traffic/rates.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import { runningCanary } from './canary.ts';
import { type CanaryReport, canaryReport } from './canary-report.ts';
import { hourlyTaskCost, type TaskSize } from './cost.ts';
import { inUseOf, type TaskWords } from './in-use.ts';
import type { Fleet } from './observation.ts';
import { rollbackTarget } from './rollback.ts';

/** What `status` tells; keys are stable, for scripts. */
export interface FleetReport {
	readonly deployment_name: string;
	readonly region: string;
	readonly load_balancer: string;
	readonly active: string | null;
	/** Where `rollback` without an id goes; `null`: nowhere. */
	readonly rollback_target: string | null;
	/** Versions that do not run and that `rollback --redeploy` can make again, the one that was active before first; none that was recalled. */
	readonly redeployable: readonly string[];
	/** End of the minute that the load balancer's counts are of, Unix seconds; `null` where there were no requests, or it is not known. */
	readonly rates_at: number | null;
	/** What could not be read, for want of a right or because AWS failed. */
	readonly unread: readonly { readonly what: string; readonly missing_right: string | null }[];
	readonly deployments: readonly {
		readonly deployment_id: string;
		readonly state: string;
		/** A container app; absent for a Pulse app. */
		readonly kind?: 'container';
		readonly affinity?: Affinity;
		readonly tasks: { readonly desired: number; readonly running: number; readonly pending: number };
		/** The deployment whose version it was made of anew; `null`: it was built. */
		readonly made_of: string | null;
		/** Seconds. */
		readonly age: number;
		/** Seconds; `null` unless draining. */
		readonly draining_for: number | null;
		/** Seconds that it stays to go back to, although it has no visitors; `null`: it does not. */
		readonly rollback_for: number | null;
		/** The reaper ends it then, with the visitors that are on it, Unix seconds; `null` unless draining. */
		readonly drains_until: number | null;
		/** What its tasks cost in an hour, USD: list price of us-east-1, without traffic; `null` where it is not known. */
		readonly hourly_cost: number | null;
		/** In the minute that ended at `rates_at`; `null` where it is not known. */
		readonly requests_per_second: number | null;
		/** Answers of 500 and more, and connections that its tasks did not take. */
		readonly failures_per_second: number | null;
		/**
		 * Who is on it and what else holds it, as its tasks said within the last minutes: of one that drains always, of any other
		 * while a dashboard or `status --watch` asks, and then all of its tasks. Empty: no visitor. `null` where they do not say.
		 */
		readonly in_use: InUseReport | null;
		/** A bad version, which no rollback chooses by itself. */
		readonly recalled: boolean;
		/** Unix seconds: the pages that are left then are moved; `null`: they stay. */
		readonly leave_by: number | null;
		/** Ended then, Unix seconds; absent where it is none. */
		readonly preview?: { readonly name: string; readonly until: number };
	}[];
	/** `null` while none runs. */
	readonly canary: CanaryReport | null;
	/** Ids of which only remnants are left. */
	readonly remnants: readonly string[];
}

export function fleetReport(
	place: { name: string; region: string; loadBalancer: string },
	fleet: Fleet,
	policy: RollbackTerms & Pick<ReaperPolicy, 'maxDrainMs'>,
	now: number,
	{
		words = NO_WORDS,
		sizes = new Map(),
		evidence = NOTHING_SEEN,
		redeployable = [],
		rates,
		unread = [],
	}: FleetDetails = {},
): FleetReport {
	const { traffic, deployments, strays } = fleet;
	const active = activeDeployment(traffic, deployments);
	const windows = keptToGoBackTo(
		deployments.filter((one) => one !== active),
		policy,
	);
	const left = (id: string) => {
		const until = windows.get(id) ?? 0;
		return until > now ? Math.round((until - now) / 1000) : null;
	};
	const seconds = (since: number) => Math.max(0, Math.round((now - since) / 1000));
	return {
		deployment_name: place.name,
		region: place.region,
		load_balancer: place.loadBalancer,
		active: active?.id ?? null,
		rollback_target: rollbackTarget(fleet, now),
		redeployable,
		rates_at: rates?.at == null ? null : rates.at / 1000,
		unread,
		deployments: deployments.map((one) => ({
			deployment_id: one.id,
			state: stateIn(one, active),
			...(one.container === undefined ? {} : { kind: 'container', affinity: one.container.affinity }),
			tasks: { desired: one.desired, running: one.running, pending: one.pending },
			made_of: one.madeOf ?? null,
			age: seconds(one.createdAt),
			draining_for: one.drainStartedAt === null ? null : seconds(one.drainStartedAt),
			rollback_for: left(one.id),
			drains_until:
				one === active || one.drainStartedAt === null ? null : (one.drainStartedAt + policy.maxDrainMs) / 1000,
			hourly_cost: hourlyCost(one, sizes),
			requests_per_second: rates?.of.get(one.id)?.requests ?? null,
			failures_per_second: rates?.of.get(one.id)?.failures ?? null,
			in_use: inUseOf(one.id, stateIn(one, active) === 'draining', words, now),
			recalled: one !== active && standing(one.departure)?.recalled === true,
			leave_by: one === active ? null : leaveBy(one),
			...previewIn(one),
		})),
		canary: canaryReport(runningCanary(fleet), evidence),
		remnants: strays,
	};
}

/** As it is from the moment in which new visitors are sent to another deployment, before all is read again. */
export function afterMove(report: FleetReport, activeId: string): FleetReport {
	const { active: before, deployments } = report;
	const stateOf = (id: string, state: string) => (id === activeId ? 'active' : id === before ? 'draining' : state);
	return {
		...report,
		active: activeId,
		rollback_target: before,
		deployments: deployments.map((one) => ({ ...one, state: stateOf(one.deployment_id, one.state) })),
	};
}

/** What is read for each of them beside the fleet. */
export interface FleetDetails {
	readonly words?: TaskWords;
	/** By task definition. */
	readonly sizes?: ReadonlyMap<string, TaskSize>;
	/** Of the canary that runs. */
	readonly evidence?: CanaryEvidence;
	readonly redeployable?: FleetReport['redeployable'];
	readonly rates?: Rates;
	readonly unread?: FleetReport['unread'];
}

/** In tenths of a cent. */
function hourlyCost({ desired, taskDefinitionArn }: Deployment, sizes: ReadonlyMap<string, TaskSize>): number | null {
	const size = sizes.get(taskDefinitionArn ?? '');
	return size === undefined ? null : Math.round(desired * hourlyTaskCost(size) * 1000) / 1000;
}

function previewIn({ state, preview }: Deployment) {
	if (state !== 'preview' || preview === undefined) return {};
	return { preview: { name: preview.name, until: preview.until / 1000 } };
}

const NO_WORDS: TaskWords = { said: [], running: new Map(), ask: null };
const NOTHING = { trials: 0, failures: 0 };
const NOTHING_SEEN: CanaryEvidence = { canary: NOTHING, active: NOTHING, evidence: NO_EVIDENCE };

function leaveBy({ departure }: Deployment): number | null {
	const left = standing(departure);
	return left === undefined ? null : left.by / 1000;
}

/**
 * The listener decides; a tag may be behind, for good after a killed deploy. What only its tag calls active drains, once the
 * reaper or the next command writes it down; where the listener leads to nothing known, that tag proves nothing.
 */
function stateIn(one: Deployment, active: Deployment | null): string {
	if (one === active) return 'active';
	if (one.state === 'active') return active === null ? 'unknown' : 'draining';
	return one.state ?? 'unknown';
}

/** As a person reads it. `now` in Unix ms. */
export function renderFleet(report: FleetReport, now: number): string {
	const rows = report.deployments.map((one) => {
		const since = one.draining_for === null ? `up ${duration(one.age)}` : `for ${duration(one.draining_for)}`;
		const stays = one.rollback_for === null ? '' : `, to go back to for ${duration(one.rollback_for)} more`;
		const of = one.made_of === null ? '' : `, made of ${one.made_of}`;
		const kind = one.kind === undefined ? '' : `  container, by ${one.affinity}`;
		const use = useText(one.in_use);
		const nobody = one.in_use === null ? '' : ', nobody on it';
		const held = use === null ? nobody : `, in use: ${use}`;
		return `${one.deployment_id}  ${one.state.padEnd(9)}  ${one.tasks.running}/${one.tasks.desired} tasks  ${since}${rateText(one)}${of}${shown(one, now)}${held}${stays}${leaving(one, now)}${kind}`;
	});
	return [
		`${report.deployment_name} in ${report.region}, ${report.load_balancer}`,
		...(rows.length > 0 ? rows : ['no deployment']),
		...(report.canary === null ? [] : [canaryText(report.canary, now)]),
		...(report.remnants.length > 0
			? [`remnants of ${report.remnants.join(', ')}: the next deploy removes them, unless another one is making them`]
			: []),
		...(report.redeployable.length > 0
			? [`to be started again: ${report.redeployable.join(', ')} (pulse-aws rollback --redeploy)`]
			: []),
		...(report.rates_at !== null && report.deployments.some((one) => rateText(one) !== '')
			? [`requests and failures: ${countedText(report.rates_at, now)}`]
			: []),
		...report.unread.map(unreadText),
	].join('\n');
}

function rateText({
	requests_per_second: requests,
	failures_per_second: failures,
}: FleetReport['deployments'][number]) {
	if (!requests && !failures) return '';
	return `, ${requests} requests/s${failures ? `, ${failures} failures/s` : ''}`;
}

/** @param at end of the minute, Unix seconds: minutes ago, and more where no request came since. */
export function countedText(at: number, now: number): string {
	return `what the load balancer counted in the minute until ${momentText(at * 1000, now)}`;
}

export function unreadText({ what, missing_right: right }: FleetReport['unread'][number]): string {
	return `not known: ${what} (${right === null ? 'AWS did not answer' : `without the right ${right}`})`;
}

function shown({ preview }: FleetReport['deployments'][number], now: number): string {
	return preview === undefined ? '' : `, ${preview.name} until ${momentText(preview.until * 1000, now)}`;
}

function leaving({ recalled, leave_by }: FleetReport['deployments'][number], now: number): string {
	if (leave_by === null) return '';
	return `, ${recalled ? 'recalled' : 'drained'}, gone by ${momentText(leave_by * 1000, now)}`;
}

function duration(seconds: number): string {
	if (seconds < 120) return `${seconds} s`;
	return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
